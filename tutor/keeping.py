"""What a run that was lost had complete of several solutions side by side: the next run goes on from there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from inference.best_of import Kept
from inference.events import Solved
from tutor.models import Candidate, TurnEvent

TOLD = ("token", "code", "output", "solved", "scored")  # of a complete candidate


@dataclass(frozen=True, slots=True)
class Resumed:
    """The complete candidates, and what the log told of them, as kinds and data: a page forgets it when a run begins."""

    kept: Mapping[int, Kept] = field(default_factory=dict)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def resumed(turn_id: UUID) -> Resumed:
    """A candidate is stored with the event that says that it is complete; of several runs, the last one that had it counts."""
    texts = dict(Candidate.objects.filter(turn=turn_id).values_list("number", "text"))
    log = list(TurnEvent.objects.filter(turn=turn_id, kind__in=TOLD).values_list("run", "kind", "payload"))
    runs = {data["candidate"]: run for run, kind, data in log if kind == "solved" and data["candidate"] in texts}
    told = [(kind, data) for run, kind, data in log if runs.get(data["candidate"]) == run]
    scores = {data["candidate"]: data["score"] for kind, data in told if kind == "scored"}
    solved = [Solved(**data, text=texts[data["candidate"]]) for kind, data in told if kind == "solved"]
    return Resumed({each.candidate: Kept(each, scores.get(each.candidate)) for each in solved}, told)
