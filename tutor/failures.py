"""Why a turn failed: codes kept in the database, said in the reader's language."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from inference.engines import ContextOverflow, EngineRefused, EngineUnavailable
from inference.sandbox import SandboxBusy, SandboxUnavailable, SessionLost


class Failure(models.TextChoices):
    """What the student reads where a turn failed. Each sentence says what to do next."""

    ENGINE_UNAVAILABLE = "engine_unavailable", _("The model could not be reached. Try again in a moment.")
    ENGINE_REFUSED = "engine_refused", _("The model's server refused the question. Tell your administrator.")
    TOO_LONG = "too_long", _("The question and the conversation are too long for the model. Start a new conversation or shorten it.")
    SANDBOX_UNAVAILABLE = "sandbox_unavailable", _("Python cannot be run safely on this server. Ask for an explanation in words instead.")
    SANDBOX_BUSY = "sandbox_busy", _("All of this server's Python sessions are in use. Try again in a moment.")
    SANDBOX_LOST = "sandbox_lost", _("The Python session was lost. Try again.")
    GAVE_UP = "gave_up", _("The worker was lost several times while solving this. Try again, or ask it another way.")
    INTERNAL = "internal", _("Something went wrong inside Lemma. The administrator's log has the details.")


_CODES: dict[type[Exception], Failure] = {
    ContextOverflow: Failure.TOO_LONG,
    EngineRefused: Failure.ENGINE_REFUSED,
    EngineUnavailable: Failure.ENGINE_UNAVAILABLE,
    SandboxUnavailable: Failure.SANDBOX_UNAVAILABLE,
    SandboxBusy: Failure.SANDBOX_BUSY,
    SessionLost: Failure.SANDBOX_LOST,
}


def failure_of(error: BaseException) -> Failure:
    """The code for what ended a solve."""
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), Failure.INTERNAL)
