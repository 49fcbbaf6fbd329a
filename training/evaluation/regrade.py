"""The responses of a transcript judged by our own checker, beside the labels that came with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grading.checking.answers import Outcome, Verdict, check
from training.evaluation.transcripts import Problem, Response


@dataclass(frozen=True, slots=True)
class Judged:
    """A response of the problem in `line`, our verdict on its `answer`, and the label that it came with (None: without one)."""

    line: int
    id: str
    response: int | None  # None: the greedy one
    expected: str
    answer: str | None
    label: bool | None
    verdict: Verdict

    @property
    def differs(self) -> bool:
        return self.label is not None and self.label != (self.verdict.outcome is Outcome.CORRECT)


def regrade(problems: Sequence[Problem]) -> tuple[list[Problem], list[Judged]]:
    """The problems with labels of our own, where UNDECIDED is not right, and every verdict. At most 5 s a response, usually some ms."""
    regraded, judged = [], []
    for problem in problems:
        verdicts = list(_judge(problem))
        judged += verdicts
        responses = [_with_label(*pair) for pair in zip(problem.all_responses, verdicts, strict=True)]
        greedy = responses.pop() if problem.greedy else None
        regraded.append(replace(problem, responses=tuple(responses), greedy=greedy))
    return regraded, judged


def _judge(problem: Problem) -> Iterator[Judged]:
    for index, response in enumerate(problem.all_responses):
        verdict = check(problem.expected, response.answer)
        place = index if index < len(problem.responses) else None
        yield Judged(problem.line, problem.id, place, problem.expected, response.answer, response.right, verdict)


def _with_label(response: Response, judged: Judged) -> Response:
    return replace(response, right=judged.verdict.outcome is Outcome.CORRECT)
