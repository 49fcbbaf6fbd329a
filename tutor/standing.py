"""What is missing now, and how long the queue is: what a student's question would meet."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from tutor.models import Turn, Worker

WORKER_SILENT = timedelta(seconds=15)  # a worker that has not been seen for so long is not counted on


@dataclass(frozen=True, slots=True)
class State:
    """What is missing now. `engine_error` and `sandbox_error` are an administrator's lines, "" when all is well."""

    no_worker: bool = False
    loading: bool = False
    engine_error: str = ""
    sandbox_error: str = ""
    models: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not (self.no_worker or self.loading or self.engine_error or self.sandbox_error)


def alive() -> QuerySet[Worker]:
    """The workers that there are. One that was killed is struck off by another one, where there is another one."""
    return Worker.objects.filter(seen__gt=timezone.now() - WORKER_SILENT).order_by("name")


def state() -> State:
    """What a student's question would meet now. One worker that can do a thing is enough for it."""
    workers = list(alive())
    if not workers:
        return State(no_worker=True)
    able = [worker for worker in workers if not worker.engine_loading and not worker.engine_error]
    return State(
        loading=not able and any(worker.engine_loading for worker in workers),
        engine_error="" if able else next((worker.engine_error for worker in workers if worker.engine_error), ""),
        sandbox_error=min((worker.sandbox_error for worker in workers), default=""),  # "" sorts first
        models=sorted({worker.model for worker in able if worker.model}),
    )


def position(turn_id: UUID) -> int | None:
    """A waiting turn's place in the queue, from 1; None once it no longer waits. What is for the background waits behind all else."""
    turn = Turn.objects.filter(pk=turn_id, state=Turn.State.QUEUED).only("created", "background").first()
    if turn is None:
        return None
    before = Q(background=turn.background, created__lt=turn.created)
    if turn.background:
        before |= Q(background=False)
    return Turn.objects.filter(before, state=Turn.State.QUEUED).count() + 1
