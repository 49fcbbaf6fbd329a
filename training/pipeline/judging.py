"""Judging the answers to a problem, in several processes: `grading.checking.answers` asks one child of its own, one question at a time.

    python -m training.pipeline.judging

reads JSON lines `{"expected", "answers", "scores", "least_agreement"}` and answers each with the fields of `Judgement`. It ends with its
parent, who may be killed: its input ends then.
"""

import dataclasses
import json
import queue
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Literal, Self

from grading.checking.answers import Outcome, check
from inference.selection import Candidate, group, mathematically_equal, pick
from training.pipeline.stage import StageError

ROOT = Path(__file__).resolve().parents[2]
AHEAD = 4  # problems for each process that are given out before the first is back

Label = Literal["right", "wrong", "undecided"]
LABELS: dict[Outcome, Label] = {Outcome.CORRECT: "right", Outcome.INCORRECT: "wrong", Outcome.UNDECIDED: "undecided"}


@dataclasses.dataclass(frozen=True, slots=True)
class Judgement:
    """`labels` has (label, reason) for each answer. `agreeing` of the answers are the voted one; None where the answer was known."""

    expected: str | None
    by: Literal["given", "majority", "weighted"]
    agreeing: int | None
    labels: tuple[tuple[Label, str], ...]


def judge(expected: str | None, answers: Sequence[str | None], scores: Sequence[float | None], least_agreement: float) -> Judgement:
    """Each answer against the expected one; without one, against the answer that most give (by weight, where all who answer have a
    score), if at least `least_agreement` of all give it.
    """
    if expected is None:
        return _vote(answers, scores, least_agreement)
    verdicts = {answer: check(expected, answer) for answer in answers}
    labels = tuple((LABELS[verdicts[answer].outcome], str(verdicts[answer].reason)) for answer in answers)
    return Judgement(expected, "given", None, labels)


def _vote(answers: Sequence[str | None], scores: Sequence[float | None], least_agreement: float) -> Judgement:
    weighted = all(score is not None for answer, score in zip(answers, scores, strict=True) if answer is not None)
    by: Literal["majority", "weighted"] = "weighted" if weighted else "majority"
    if all(answer is None for answer in answers):
        return Judgement(None, by, 0, (("undecided", "No answer was given to the problem."),) * len(answers))
    groups = group(answers, _remembering(mathematically_equal))
    candidates = [Candidate(answer=answer, score=score) for answer, score in zip(answers, scores, strict=True)]
    winner = groups[pick(candidates, groups, by)]
    assert winner is not None
    agreeing = groups.count(winner)
    if agreeing < least_agreement * len(answers):
        reason = f"Too few agree: {agreeing} of {len(answers)}."
        return Judgement(None, by, agreeing, (("undecided", reason),) * len(answers))
    return Judgement(answers[winner], by, agreeing, tuple(_voted(label == winner, label is None) for label in groups))


def _voted(won: bool, silent: bool) -> tuple[Label, str]:
    if silent:
        return "wrong", "There is no answer."
    return ("right", "The answer is the voted one.") if won else ("wrong", "The answer is not the voted one.")


def _remembering(same: Callable[[str, str], bool]) -> Callable[[str, str], bool]:
    known: dict[tuple[str, str], bool] = {}

    def remembered(left: str, right: str) -> bool:
        if (left, right) not in known:
            known[left, right] = same(left, right)
        return known[left, right]

    return remembered


class Judges:
    """`count` processes that judge problems side by side. Closed, it kills them, whatever they are at."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._threads = ThreadPoolExecutor(count)
        self._idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        self._processes = [_started() for _ in range(count)]
        for process in self._processes:
            self._idle.put(process)

    def judged[T](
        self, problems: Iterable[T], ask: Callable[[T], dict[str, Any]], check_stop: Callable[[], None]
    ) -> Iterator[tuple[T, Judgement]]:
        """Each problem with its judgement, in the order given; `ask` makes a problem into `judge`'s arguments.

        Raises `StageError` where a process is lost, and what `check_stop` raises, which is called at least once a second.
        """
        pending: deque[tuple[T, Future[Judgement]]] = deque()
        for problem in problems:
            pending.append((problem, self._threads.submit(self._ask, ask(problem))))
            if len(pending) > AHEAD * self._count:
                yield _finished(*pending.popleft(), check_stop)
        while pending:
            yield _finished(*pending.popleft(), check_stop)

    def _ask(self, arguments: dict[str, Any]) -> Judgement:
        process = self._idle.get()
        try:
            return _exchange(process, arguments)
        finally:
            self._idle.put(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.kill()
        self._threads.shutdown()
        for process in self._processes:
            process.communicate()


def _started() -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C is for the stage, which then ends what it has started."""
    command = [sys.executable, "-m", "training.pipeline.judging"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, start_new_session=True)


def _exchange(process: subprocess.Popen[bytes], arguments: dict[str, Any]) -> Judgement:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(arguments).encode() + b"\n")
        process.stdin.flush()
        reply = process.stdout.readline()
    except BrokenPipeError:
        reply = b""
    if not reply.endswith(b"\n"):
        raise StageError(f"A process that judges answers has ended (status {process.poll()}). Is there too little memory?")
    fields = json.loads(reply)
    return Judgement(**fields | {"labels": tuple(map(tuple, fields["labels"]))})


def _finished[T](problem: T, future: Future[Judgement], check_stop: Callable[[], None]) -> tuple[T, Judgement]:
    while not future.done():
        check_stop()
        wait([future], timeout=0.5)
    return problem, future.result()


def main() -> None:
    for line in sys.stdin.buffer:
        reply = json.dumps(dataclasses.asdict(judge(**json.loads(line))))
        try:
            print(reply, flush=True)  # noqa: T201
        except BrokenPipeError:  # the parent was killed meanwhile
            return


if __name__ == "__main__":
    main()
