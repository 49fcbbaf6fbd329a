"""Before a promotion: the candidate against the model that serves, on every problem set on which both were measured."""

import logging
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from training import learnt, rows
from training.evaluation.paired import NotComparable, Paired, compare
from training.evaluation.transcripts import TranscriptError, read
from training.models import ModelVersion

logger = logging.getLogger(__name__)

SHOWN = 50  # broken problems of one set
LONGEST = 400  # characters of a question


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A problem that the model in service has right, and the candidate has not."""

    id: str
    question: str
    expected: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """On one set. `broken` has the first `SHOWN`. The candidate was trained on `learnt` of its
    problems, the other model on `learnt_before`.
    """

    name: str
    paired: Paired
    broken: tuple[Broken, ...]
    learnt: int
    learnt_before: int

    @property
    def before_percent(self) -> float:
        return 100 * self.paired.before

    @property
    def after_percent(self) -> float:
        return 100 * self.paired.after

    @property
    def points(self) -> float:
        return 100 * self.paired.difference

    @property
    def low(self) -> float:
        return 100 * self.paired.low

    @property
    def high(self) -> float:
        return 100 * self.paired.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """`sets` is empty where nothing can be compared; `trouble` says of sets that could not be read why."""

    sets: tuple[Comparison, ...]
    trouble: tuple[str, ...]

    @property
    def worse(self) -> bool:
        """On some set, by more than chance explains."""
        return any(each.paired.worse for each in self.sets)

    @property
    def as_json(self) -> dict[str, Any]:
        """What a promotion keeps of it."""
        return {"sets": [{"name": each.name, "learnt": each.learnt, **_counted(each.paired)} for each in self.sets]}


def open_gate(champion: ModelVersion, candidate: ModelVersion) -> Gate:
    """Compare the two."""
    sets, trouble = [], []
    known = cache(lambda: (_learnt_by(champion), _learnt_by(candidate)))  # read where there is something to compare
    for digest, after in candidate.evaluations.items():
        before = champion.evaluations.get(digest)
        if before is None:
            continue
        if _settings(before) != _settings(after):
            trouble.append(_("{name}: the two were measured with other settings. Measure them again.").format(name=after["name"]))
            continue
        try:
            sets.append(_compared(after["name"], Path(before["transcripts"]), Path(after["transcripts"]), known()))
        except (TranscriptError, rows.RowError, OSError) as error:
            trouble.append(_("{name}: what was measured cannot be read: {why}").format(name=after["name"], why=error))
        except NotComparable:
            trouble.append(_("{name}: no problem was judged for both.").format(name=after["name"]))
    return Gate(sets=tuple(sets), trouble=tuple(trouble))


def _settings(evaluation: dict[str, Any]) -> dict[str, Any]:
    """What both must have been measured with. Where the problems lie does not matter, nor how many are written at once."""
    return {name: value for name, value in evaluation["config"].items() if name not in ("problems", "sequences")}


def _learnt_by(version: ModelVersion) -> frozenset[bytes]:
    """Nothing, where that cannot be read."""
    try:
        return learnt.of(version)
    except (rows.RowError, OSError) as error:
        logger.warning("What %s was trained on cannot be read: %s", version, error)
        return frozenset()


def _compared(set_name: str, before: Path, after: Path, known: tuple[frozenset[bytes], frozenset[bytes]]) -> Comparison:
    paired = compare(read(before), read(after))
    wanted = set(paired.broke[:SHOWN])
    first, second = _shown(before, wanted), _shown(after, wanted)
    broken = tuple(
        Broken(
            id=name,
            question=str(first[name].get("question", ""))[:LONGEST],
            expected=str(first[name].get("expected", "")),
            before=_answer(first[name]),
            after=_answer(second[name]),
        )
        for name in paired.broke[:SHOWN]
    )
    asked = [learnt.key(str(row.get("question", ""))) for row in rows.read(after)]
    seen_before, seen = (sum(question in questions for question in asked) for questions in known)
    return Comparison(name=set_name, paired=paired, broken=broken, learnt=seen, learnt_before=seen_before)


def _shown(path: Path, wanted: set[str]) -> dict[str, rows.Row]:
    return {row["id"]: row for row in rows.read(path) if row.get("id") in wanted}


def _answer(row: rows.Row) -> str:
    response = row.get("greedy") or row["candidates"][0]
    return str(response.get("answer") or "–")


def _counted(paired: Paired) -> dict[str, Any]:
    return asdict(paired) | {"fixed": len(paired.fixed), "broke": len(paired.broke)}
