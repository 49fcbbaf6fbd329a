"""What readers said of solutions as data to learn from: only of people all of whose classes allow it, and only what they said since then.

Read from the reports themselves, and consent from the classes as they are now: what is deleted or taken back is not in it any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from tutor.models import Report

CHUNK = 200  # reports held at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One reader's word on one solution. No name stands in it. `text` is the solution as the model wrote it; `better` is the text of the
    candidate that should have been picked, "" where none was named.
    """

    question: str
    text: str
    answer: str
    kind: str
    reason: str
    better: str
    when: datetime


def judgements() -> Iterator[Judgement]:
    """All that may be learned from, oldest first."""
    allowed = Report.objects.filter(by__enrolments__classroom__training_since__lte=F("created"))
    refused = Report.objects.filter(by__enrolments__classroom__training_since__isnull=True, by__enrolments__isnull=False)
    late = Report.objects.filter(by__enrolments__classroom__training_since__gt=F("created"))
    reports = allowed.exclude(pk__in=refused.values("pk")).exclude(pk__in=late.values("pk")).distinct()
    for report in reports.select_related("turn").prefetch_related("turn__candidates").order_by("created", "pk").iterator(chunk_size=CHUNK):
        yield _judgement(report)


def _judgement(report: Report) -> Judgement:
    turn = report.turn
    better = next((candidate.text for candidate in turn.candidates.all() if candidate.number == report.better), "")
    return Judgement(
        question=turn.question,
        text=turn.text,
        answer=turn.answer,
        kind=report.kind,
        reason=report.reason,
        better=better,
        when=report.created,
    )
