"""An evaluation as `manage.py evaluate` starts it: the stage `evaluate` with the settings' engine, in a folder of its own."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import User
from accounts.roles import check_admin
from inference import weights
from inference.events import Rule
from training import rows
from training.datasets import digest
from training.evaluation.measures import Measures
from training.models import Evaluation
from training.pipeline import evaluate, stage

FOLDERS = "evaluations"  # below the data folder
NAMES = {"first": "first", "majority": "maj", "reward": "rm", "weighted": "weighted"}


class EvaluationError(Exception):
    """It ended without figures; the stage has said why. `status` is its exit status."""

    def __init__(self, status: int) -> None:
        super().__init__("Stopped; the same command goes on." if status == stage.STOPPED else "The evaluation did not come to its end.")
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Request:
    """What an administrator asks for; everything else is as the tutor itself solves."""

    data: Path
    mode: Literal["auto", "cot", "tir"] = "auto"
    n: int = 1
    skip: int = 0
    first: int | None = None
    out: Path | None = None

    @cached_property
    def folder(self) -> Path:
        """The same request, of a file that says the same, goes on in the same folder. Raises OSError."""
        if self.out:
            return self.out
        data = self.data.resolve()
        told = repr(
            (data, digest(data), self.mode, self.n, self.skip, self.first, settings.ENGINE_URL, settings.ENGINE_MODEL, settings.REWARD_URL)
        )
        name = re.sub(r"[^\w.-]+", "-", f"{data.parent.name}-{data.stem}-{self.mode}-n{self.n}")
        return Path(settings.VAR_DIR) / FOLDERS / f"{name}-{blake2b(told.encode(), digest_size=4).hexdigest()}"

    def config(self) -> dict[str, Any]:
        return {
            "out": str(self.folder),
            "problems": str(self.data.resolve()),
            "mode": self.mode,
            "n": self.n,
            "skip": self.skip,
            "first": self.first,
            "url": settings.ENGINE_URL,
            "model": settings.ENGINE_MODEL,
            "reward_url": settings.REWARD_URL,
            "reward_model": settings.REWARD_MODEL,
        }


def run(request: Request) -> Path:
    """Solve what is not solved yet; the file of transcripts. Raises `EvaluationError`, and OSError."""
    asked = request.folder / "asked.json"
    asked.parent.mkdir(parents=True, exist_ok=True)
    rows.write_text(asked, json.dumps(request.config(), ensure_ascii=False, indent=1) + "\n")
    status = stage.run(evaluate.Config, evaluate.work, [str(asked)])
    if status:
        raise EvaluationError(status)
    return request.folder / "transcripts.jsonl"


def can_keep() -> bool:
    """Whether the database is set up, so that the figures will have a place."""
    return Evaluation._meta.db_table in connection.introspection.table_names()


def keep(request: Request, report: dict[str, Any]) -> Evaluation:
    """Show the figures on the administrator's page."""
    told = {
        "name": f"{request.data.resolve().parent.name}/{request.data.stem}"[:200],
        "data": str(request.data.resolve()),
        "model": _model()[:200],
        "mode": request.mode,
        "report": report,
    }
    return Evaluation.objects.update_or_create(folder=str(request.folder.resolve()), defaults=told)[0]


def _model() -> str:
    """What the settings name. Raises `WeightsError` where the model file has gone."""
    return settings.ENGINE_MODEL or settings.ENGINE_URL or weights.find().stem


def get_evaluation_for(user: User, pk: UUID) -> Evaluation:
    """Administrators see all. Raises Http404."""
    check_admin(user)
    return get_object_or_404(Evaluation, pk=pk)


def get_evaluations_for(user: User) -> QuerySet[Evaluation]:
    """Newest first. Raises Http404."""
    check_admin(user)
    return Evaluation.objects.all()


def picked(measures: Measures, select: Rule | None) -> tuple[Rule, float]:
    """The rule, by default the one that the tutor would use, and how often its pick of n was right, in percent. Raises ValueError."""
    scored = f"rm@{measures.n}" in measures.plain
    rule: Rule = select or ("weighted" if scored else "majority")
    name = NAMES[rule] if rule == "first" else f"{NAMES[rule]}@{measures.n}"
    if name not in measures.plain:
        raise ValueError(f"Nothing can be picked by {rule}: the responses have no scores, because there is no reward model.")
    return rule, measures.plain[name].value
