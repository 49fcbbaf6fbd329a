"""A student's working, step by step: which steps are right, and where it first goes wrong.

Three kinds of evidence, from the strongest to the weakest: calculation (each equality, each transformation of an equation), other solutions
(a reference, the expected answer, sampled solutions), and the scores of a process reward model. What none of them decides is unverified.

Not covered: proofs in words, geometry from a figure, and whether a set-up fits the text of a problem of which no other solution is known.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from grading.checking.reasons import Reason
from grading.checking.text import half_width
from grading.checking.working import findings
from grading.checking.working.calculated import Calculated, calculate
from grading.checking.working.claims import LABEL
from grading.checking.working.commas import readings
from grading.checking.working.compared import Compared, compare
from grading.checking.working.findings import Finding, Truth

SECONDS = 20.0  # for one piece of working, besides the start of the algebra system
MOST_STEPS = 200
LONGEST_STEP = 2_000  # characters
LONGEST_WORK = 100_000  # characters that are split
LONGEST_PROBLEM = 8_000
DOUBTFUL = 0.5  # below this score of a process reward model, a step is doubted (the threshold of ProcessBench, arXiv 2412.06559)

type Status = Literal["checked", "agrees", "unverified", "wrong", "carried"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepVerdict:
    """`reason` is one sentence for a student. It does not give the right result away: that is `should_be`, plain or LaTeX, where known.

    `agreeing` of `sampled` solutions have this step's value. `misconception` is a code of `MISCONCEPTIONS`.
    """

    status: Status
    reason: Reason
    should_be: str | None = None
    agreeing: int = 0
    sampled: int = 0
    misconception: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkReport:
    """`first_error` is the index of the first wrong step. `answer_is_right` is None where the right answer is not known."""

    steps: tuple[StepVerdict, ...]
    first_error: int | None
    answer_is_right: bool | None = None


# --- Splitting -------------------------------------------------------------------------------------------------------------

# In Chinese behind the quotation mark, the bracket or the bold type that closes there.
SENTENCE_END = re.compile(
    r"(?<=[.!?])\s+(?=[A-Z(\"'“\\$\d])|(?<=[。！？；])\s*(?![”’」）\s]|\*\*(?:\s|$))|(?<=[。！？；][”’」）])\s*|(?<=[。！？；]\*\*)\s+"
)
ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|St|vs|approx|e\.g|i\.e|No|Fig|Eq|cf)|\b[A-Z]|^\s*\(?\d{1,2})\.$")
ENVIRONMENT = re.compile(
    r"\\(?:begin|end)\{(?:align|aligned|gather|gathered|split|eqnarray|displaylines)\*?\}(?:\{[^{}]*\})?|\\displaylines"
)
DISPLAY = re.compile(r"^\s*(?:\$|\\\[|\\\])+\s*$")


def split_steps(work: str) -> list[str]:
    """The steps of a working: its lines, the lines of aligned LaTeX, the sentences of a line of prose. What is beyond 100,000
    characters is not read."""
    work = ENVIRONMENT.sub("\n", work[:LONGEST_WORK].replace("\r\n", "\n").replace("\r", "\n"))
    lines = [line for block in work.split("\n") for line in _latex_lines(block)]
    steps = [step.strip() for line in lines for step in _sentences(line)]
    return [step for step in steps if step and not DISPLAY.match(step) and LABEL.sub("", f"{step} ").strip()]


def _latex_lines(line: str) -> list[str]:
    """A line of LaTeX at its double backslashes, but not those of a matrix or of cases."""
    if "\\\\" not in line or re.search(r"\\begin\{(?:cases|[bpvBV]?matrix|array)\}", line):
        return [line]
    return [part.replace("&", " ") for part in line.split("\\\\")]


def _sentences(line: str) -> list[str]:
    sentences: list[list[str]] = []
    brackets = 0  # open ones
    for part in SENTENCE_END.split(line):
        if sentences and (brackets > 0 or ABBREVIATION.search(sentences[-1][-1])):
            sentences[-1].append(part)
        else:
            sentences.append([part])
            brackets = 0
        brackets += part.count("(") - part.count(")")
    return [" ".join(parts) for parts in sentences]


# --- Checking --------------------------------------------------------------------------------------------------------------


def check_steps(
    problem: str,
    steps: Sequence[str],
    *,
    reference: str | None = None,
    answer: str | None = None,
    samples: Sequence[str] = (),
    step_scores: Sequence[float] | None = None,
    seconds: float = SECONDS,
) -> WorkReport:
    """A verdict for each of `steps`. Takes at most about `seconds`; what there was no time for is unverified. Safe in any thread.

    `reference` is a right solution, `answer` the right answer, `samples` are solutions that may be right or wrong, `step_scores` one score
    from 0 to 1 for each step. Raises ValueError where there are not as many scores as steps.
    """
    if step_scores is not None and len(step_scores) != len(steps):
        raise ValueError(f"{len(step_scores)} scores for {len(steps)} steps.")
    deadline = time.monotonic() + seconds
    problem = half_width(problem[:LONGEST_PROBLEM])
    read = [step if len(step) <= LONGEST_STEP else "" for step in steps[:MOST_STEPS]]
    problem, read, calculated = _calculated(problem, read, deadline)
    compared = compare(problem, read, calculated, reference=reference, answer=answer, samples=samples, deadline=deadline)
    doubted = _doubted(calculated, compared, step_scores)
    verdicts = tuple(_verdict(at, step, calculated, compared, doubted) for at, step in enumerate(steps))
    first = next((at for at, verdict in enumerate(verdicts) if verdict.status == "wrong"), None)
    right = compared.answer_is_right
    return WorkReport(steps=verdicts, first_error=first, answer_is_right=(calculated.solved or None) if right is None else right)


def _calculated(problem: str, steps: list[str], deadline: float) -> tuple[str, list[str], Calculated]:
    """What calculation says. Where a line is wrong that is right with its commas read in another way, they are read so."""
    first, *others = readings(problem, steps)
    found = calculate(*first, deadline)
    if found.first_wrong is None:
        return *first, found
    for told, read in others:
        other = calculate(told, read, deadline)
        if other.first_wrong is None and other.steps[found.first_wrong].truth is Truth.RIGHT:
            return told, read, other
    return *first, found


def _doubted(calculated: Calculated, compared: Compared, scores: Sequence[float] | None) -> int | None:
    """The first step that the reward model doubts, where nothing else says what is wrong, and the answer is not known to be right."""
    if scores is None or compared.answer_is_right or compared.place is not None or calculated.first_wrong is not None:
        return None
    return next((at for at, score in enumerate(scores) if score < DOUBTFUL), None)


def _verdict(at: int, step: str, calculated: Calculated, compared: Compared, doubted: int | None) -> StepVerdict:
    agreeing, sampled = compared.agreeing(at)
    status, finding = _status(at, step, calculated, compared, doubted)
    return StepVerdict(
        status=status,
        reason=finding.reason,
        should_be=finding.should_be,
        agreeing=agreeing,
        sampled=sampled,
        misconception=finding.misconception,
    )


def _status(at: int, step: str, calculated: Calculated, compared: Compared, doubted: int | None) -> tuple[Status, Finding]:
    if at >= MOST_STEPS:
        return "unverified", _open(findings.TOO_MANY, count=str(MOST_STEPS))
    if len(step) > LONGEST_STEP:
        return "unverified", _open(findings.TOO_LONG)
    finding = calculated.steps[at]
    if finding.truth is Truth.WRONG:
        return "wrong", finding
    if compared.place is not None and compared.place.step == at:
        return "wrong", compared.finding
    if doubted == at:
        return "wrong", _open(findings.DOUBTFUL)
    if calculated.follows(at):
        return "checked", finding  # against what was given, whatever went wrong since
    if finding.truth is Truth.CARRIED or compared.carries(at):
        return "carried", _open(findings.CARRIED)
    if finding.truth is Truth.RIGHT:
        return "checked", finding
    agreement = compared.agreement(at)
    return ("agrees", _open(*agreement[:1], **agreement[1])) if agreement else ("unverified", finding)


def _open(template: str, **values: str) -> Finding:
    return Finding(Truth.OPEN, Reason(template, values))
