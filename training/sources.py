"""What the school itself has to learn from, as datasets: teachers' marks, students' judgement, assigned problems.

From classes that allow it alone, and only what came in since they did. What is deleted there, or whose class takes its permission
back, goes out of the datasets that hold it, and of all that was made from these (`refresh_all`, which the workers call now and then).
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Classroom, User
from grading import overrides
from grading.checking.answers import Outcome, check
from grading.models import Problem
from inference.prompts import detect_language
from training import datasets, rows, runs
from training.datasets import About, StillUsed
from training.models import Dataset, Run
from tutor.models import Candidate, Report, Turn, TurnEvent

logger = logging.getLogger(__name__)

RIGHT_FROM, WRONG_TO = 0.999, 0.5  # shares of a problem's points; work between them is neither right nor wrong
CHUNK = 500  # ids asked at once
Source = Dataset.Source


@dataclass(frozen=True, slots=True)
class Collected:
    """A source: its rows, each with an `origin` that says where it is from, and which of some origins still may be used."""

    name: str
    kind: str
    provenance: str | Promise
    collect: Callable[[], Iterator[rows.Row]]
    living: Callable[[list[str]], set[str]]


def build(source: str, by: User | None = None) -> Dataset:
    """All that a source has now, as a new version. Raises `ImportRefused` where it has nothing."""
    collected = COLLECTED[source]
    about = About(name=collected.name, source=source, kind=collected.kind, provenance=str(collected.provenance), by=by)
    return datasets.keep(collected.collect(), about)


def count(source: str) -> int:
    """How many rows there are to be had now."""
    return sum(1 for _row in COLLECTED[source].collect())


def refresh_all() -> None:
    """Take out of the datasets what is gone at its source. One that a run has begun with is left until that is over; one whose file is lost
    or spoilt keeps nothing in the others.
    """
    for dataset in Dataset.objects.filter(source__in=COLLECTED):
        try:
            refresh(dataset)
        except StillUsed:
            continue
        except (OSError, rows.RowError) as error:
            logger.warning("What is gone at its source could not be taken out of %s: %s", dataset, error)


def refresh(dataset: Dataset) -> int:
    """How many rows were taken out; with them goes all that was made from the dataset. Raises `StillUsed`, `RowError`, OSError."""
    with datasets.locked():  # by several at once, the last would write what it had read before the others
        current = Dataset.objects.filter(pk=dataset.pk).first()
        return _refresh(current) if current else 0


def _refresh(dataset: Dataset) -> int:
    origins = [row["origin"] for row in rows.read(dataset.file)]
    parts = (origins[start : start + CHUNK] for start in range(0, len(origins), CHUNK))
    living = {origin for part in parts for origin in COLLECTED[dataset.source].living(part)}
    gone = sum(origin not in living for origin in origins)
    if gone:
        _take_out(dataset, living)
        logger.info("%s rows were taken out of %s: they are gone at their source", gone, dataset)
    elif len(origins) != dataset.rows:  # who took rows out was killed before saying so
        _note(dataset)
    return gone


def refresh_for(run: Run) -> None:
    """Before a run begins or goes on: what it is to read, as it is at its source now. Raises `StillUsed` where that cannot be, because
    nothing is left, or the run has read already what is gone; and `RowError`, OSError.
    """
    for dataset in run.datasets.filter(source__in=COLLECTED):
        refresh(dataset)


def _take_out(dataset: Dataset, living: set[str]) -> None:
    if not living:
        for run in dataset.runs.filter(state=Run.State.QUEUED):
            runs.cancel(run)  # it would begin with nothing
        return datasets.delete(dataset)
    datasets.check_unused(datasets.lineage(dataset), begun=True)
    for child in dataset.children.all():
        datasets.delete(child)
    datasets.forget_copies(dataset, dataset.runs.filter(datasets.BEGUN).distinct())
    rows.write(dataset.file, [row for row in rows.read(dataset.file) if row["origin"] in living])
    _note(dataset)


def _note(dataset: Dataset) -> None:
    """Say of a dataset what its file holds now."""
    count, sha256 = rows.count(dataset.file), datasets.digest(dataset.file)
    if not Dataset.objects.filter(pk=dataset.pk).update(rows=count, sha256=sha256):
        dataset.file.unlink(missing_ok=True)  # it was deleted meanwhile


# --- Teachers' marks ----------------------------------------------------------------------------------------------------


def _marks() -> Iterator[rows.Row]:
    for each in overrides.overrides():
        if WRONG_TO < each.mark < RIGHT_FROM:
            continue
        text = "\n\n".join(each.response) or each.answer
        label = "right" if each.mark >= RIGHT_FROM else "wrong"
        yield _judged(str(each.submission), each.problem, each.expected, text, each.answer, label)


def _marks_living(ids: list[str]) -> set[str]:
    return {str(pk) for pk in overrides.allowed().filter(submission__pk__in=ids).values_list("submission", flat=True)}


def _judged(origin: str, question: str, expected: str | None, text: str, answer: str, label: str) -> rows.Row:
    return {
        "problem": rows.digest(question).hex(),
        "question": question,
        "expected": expected or None,
        "sample": 0,
        "mode": "cot",
        "text": text,
        "answer": answer or None,
        "label": label,
        "reason": "",
        "origin": origin,
    }


# --- Students' judgement ------------------------------------------------------------------------------------------------


def _reports() -> QuerySet[Report]:
    """Of solutions that students of a class which allows it asked for since then, and since they came into it.

    What is said in a lesson, asked back or said of an earlier solution is none; "it did not help me" says nothing of right or wrong.
    """
    owner = OuterRef("turn__conversation__owner")
    asked = OuterRef("turn__created")
    allowing = Classroom.objects.filter(enrolments__student=owner, enrolments__joined__lte=asked, training_since__lte=asked)
    found = Report.objects.filter(kind__in=(Report.Kind.GOOD, Report.Kind.WRONG, Report.Kind.WRONG_PICK), turn__conversation__api=False)
    alone = found.filter(turn__parent=None, turn__state=Turn.State.DONE).exclude(turn__answer="")
    solved = alone.filter(turn__aim="explain", turn__request="", turn__attempt="", turn__quote="")
    return solved.filter(Exists(allowing))


def _thumbs() -> Iterator[rows.Row]:
    log = Prefetch("turn__events", TurnEvent.objects.filter(kind__in=("started", "solved", "done")))
    for report in _reports().select_related("turn").prefetch_related("turn__candidates", log).order_by("pk").iterator(chunk_size=200):
        yield from _said(report)


def _said(report: Report) -> Iterator[rows.Row]:
    """What follows for each solution of the turn. Where one is right, those with another answer are not; of one that is wrong, no more."""
    turn = report.turn
    solutions = list(turn.candidates.all()) or [Candidate(number=0, text=turn.text, answer=turn.answer, checked=turn.checked, picked=True)]
    log = list(turn.events.all())
    started = next(event.payload for event in reversed(log) if event.kind == "started")
    if started["language"] != detect_language(turn.question):
        return  # it was asked for in another language than a model is trained to answer the question in
    ends = {event.payload["candidate"]: event.payload for event in log if event.kind != "started"}
    refuted = {number for number, end in ends.items() if end.get("refuted")}  # by the problem itself, whoever liked it
    right = _right(report, [each for each in solutions if each.number not in refuted])
    for each in solutions:
        label = "wrong" if each.number in refuted else _label(report, each, right)
        if label:
            judged = _judged(str(report.pk), turn.question, right.answer if right else None, each.text, each.answer, label)
            about = {"sample": each.number, "mode": started["mode"], "checked": each.checked, "expected_by": "reader"}
            end = {name: ends[each.number][name] for name in ("differs", "finish")}
            yield judged | about | end | {"reason": report.reason}


def _right(report: Report, solutions: list[Candidate]) -> Candidate | None:
    """The solution that the reader holds to be right, where it has an answer."""
    good = report.kind == Report.Kind.GOOD
    return next((each for each in solutions if each.answer and (each.picked if good else each.number == report.better)), None)


def _label(report: Report, solution: Candidate, right: Candidate | None) -> str:
    if right is None:
        return "wrong" if report.kind == Report.Kind.WRONG and solution.picked else ""
    if solution is right:
        return "right"
    return "wrong" if check(right.answer, solution.answer).outcome is Outcome.INCORRECT else ""


def _thumbs_living(ids: list[str]) -> set[str]:
    return {str(pk) for pk in _reports().filter(pk__in=ids).values_list("pk", flat=True)}


# --- Assigned problems --------------------------------------------------------------------------------------------------


def _assigned() -> QuerySet[Problem]:
    """Of assignments that were published since their class allows it."""
    return Problem.objects.filter(assignment__published__gte=F("assignment__classroom__training_since")).exclude(answer="")


def _problems() -> Iterator[rows.Row]:
    for problem in _assigned().order_by("pk").iterator(chunk_size=200):
        yield {"id": str(problem.pk), "question": problem.text, "expected": problem.answer, "origin": str(problem.pk)}


def _problems_living(ids: list[str]) -> set[str]:
    return {str(pk) for pk in _assigned().filter(pk__in=ids).values_list("pk", flat=True)}


COLLECTED: dict[str, Collected] = {
    Source.OVERRIDES: Collected("teachers-marks", Dataset.Kind.JUDGED, _("Students' work with a teacher's mark"), _marks, _marks_living),
    Source.THUMBS: Collected("students-judgement", Dataset.Kind.JUDGED, _("Solutions that their readers judged"), _thumbs, _thumbs_living),
    Source.BANK: Collected("assigned-problems", Dataset.Kind.PROBLEMS, _("Problems that classes were set"), _problems, _problems_living),
}
