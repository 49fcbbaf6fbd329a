"""The socket of the training pages: tells an open page that what it shows has changed. The page fetches that part anew, as its reader's."""

import hashlib
from typing import Any
from uuid import UUID

from accounts.models import User
from accounts.roles import check_admin
from accounts.sockets import StateConsumer
from training import live, runs
from training.models import Run
from tutor import standing


class TrainingConsumer(StateConsumer):
    """See docs/architecture.md, "The training socket"."""

    seldom = 1.0

    @property
    def run_id(self) -> UUID | None:
        pk: UUID | None = self.scope["url_route"]["kwargs"].get("pk")
        return pk

    def group(self) -> str:
        return live.GROUP

    def authorise(self) -> None:
        self.state()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A page has nothing to say."""

    def state(self) -> dict[str, Any]:
        return _state(self.user, self.run_id)


def _state(user: User, run_id: UUID | None) -> dict[str, str]:
    """`at` is another one whenever what the page shows is. Raises Http404."""
    if run_id is not None:
        run = runs.get_run_for(user, run_id)
        return {"at": _digest([run.state, run.seen, run.queued])}
    check_admin(user)
    found = list(Run.objects.values_list("pk", "state", "stages__state", "stages__done").filter(state__in=("queued", *Run.HELD)))
    ended = Run.objects.filter(state__in=Run.ENDED).count()
    return {"at": _digest([found, ended, list(standing.alive().values_list("name", "model", "serving", "serving_error", "engine_error"))])}


def _digest(values: list[Any]) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]
