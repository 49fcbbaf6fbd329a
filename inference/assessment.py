"""Judging a student's solution: what a request asks, and what solutions of our own say to it.

Requests have the form of MathTutorBench's tasks (Macina et al. 2025, arXiv 2502.18940; configs/mistake_location.yaml and
student_solution_correctness.yaml of eth-lre/mathtutorbench), or one like it:

    Problem: …    Student Solution: Step 1 - …\\nStep 2 - …    Q: Is the Student Solution incorrect? Write only the step number …    A:

Examples may stand before it; the last problem counts. The benchmark's own prompts part steps by a backslash and an n.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from grading.checking.extract import final_answer
from grading.checking.steps import StepVerdict, WorkReport, check_steps, split_steps
from grading.checking.text import half_width
from grading.checking.working.calculated import calculate
from grading.checking.working.compared import same_answer
from grading.checking.working.sources import read_answer
from inference.code_steps import written_out

Wanted = Literal["step", "incorrect", "correct", "report"]

SAMPLES = 8  # solutions of our own that a student's is held against
AGREED = 0.4  # of the samples, that have one answer: from here on it is held against another
SECONDS = 2.0  # for the comparison of two answers
SOUND_SECONDS = 10.0  # to calculate all samples; what there is no time for is taken to be right

PROBLEM = re.compile(r"^[ \t*#]*(?:Problem|Question|Math problem|题目|问题)\**\s*[:：]\**", re.IGNORECASE | re.MULTILINE)
WORK = re.compile(
    r"^[ \t*#]*(?:(?:The )?Student(?:['’]s)?(?: (?:Solution|Answer|Work(?:ing)?|Attempt))?"
    r"|学生(?:的)?(?:解答|答案|解法|作答)?)\**\s*[:：]\**",
    re.IGNORECASE | re.MULTILINE,
)
TALK = re.compile(r"^[ \t*#]*(?:Conversation|Dialogue|对话)\**\s*[:：]", re.IGNORECASE | re.MULTILINE)
ASKED = re.compile(r"^[ \t*#]*(?:Q|Task|Instruction|要求)\**\s*[:：]\**", re.MULTILINE)
ANSWER_HERE = re.compile(r"\n[ \t*#]*(?:A|答)\**\s*[:：]\**\s*$")
STEP = re.compile(r"(?:^|\n|\\n)[^\S\n]*(?:Step\s+(\d{1,4})|第\s*(\d{1,4})\s*步)\s*[-–—:：.)]?\s*", re.IGNORECASE)

NUMBER_ALONE = re.compile(
    r"step number|number of the (?:first )?(?:wrong |incorrect )?step|only the (?:step|number)|只(?:写|回答).{0,6}(?:步|数)", re.IGNORECASE
)
YES_OR_NO = re.compile(r"['\"“‘](?:yes|是)['\"”’]|\byes\b.{0,20}\bor\b.{0,20}\bno\b|\byes (?:if|when)\b|是(?:或|还是|/)否", re.IGNORECASE)
YES_MEANS = re.compile(
    r"\byes\b['\"”’]?\s*(?:if|when|for|means|[:=])\s*(?P<behind>[^,.;\n]*)"
    r"|(?P<before>[^'\"“”‘’]{0,16}?)(?:回答|输出|写|答)\s*['\"“‘]?(?:yes|是)",
    re.IGNORECASE,
)
NO_ERROR = re.compile(
    r"(?:\bnot?|n't|\bfree (?:of|from)|\bwithout)\s+(?:\w+\s+)?(?:incorrect|wrong|mistakes?|errors?)\b|(?:没有?|无)(?:任何)?(?:错|误)",
    re.IGNORECASE,
)
NOT_RIGHT = re.compile(r"(?:\bnot|n't)\s+(?:\w+\s+)?(?:correct|right|valid)\b|不(?:正确|对)", re.IGNORECASE)
CORRECT = re.compile(r"\b(?:correct(?:ly)?|right|valid)\b|正确|对(?=[的吗则，,]|$|还是|回答)", re.IGNORECASE)
INCORRECT = re.compile(r"\b(?:incorrect(?:ly)?|wrong|mistaken?|mistakes|errors?)\b|错", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`steps` are the student's, as they are numbered by whoever asks. `explicit`: the text says itself what is to be said of them."""

    problem: str
    steps: tuple[str, ...]
    wanted: Wanted
    explicit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """`first_error` is the index of the first wrong step, None where the solution is held to be right. `agreeing` of `sampled` solutions
    come to the student's answer.
    """

    first_error: int | None
    step: StepVerdict | None
    agreeing: int
    sampled: int


# --- Reading -----------------------------------------------------------------------------------------------------------------


def read(text: str) -> Request | None:
    """What `text` asks to have judged; None where it has no problem or no student's solution in it."""
    text = half_width(text).replace("\r\n", "\n")
    problems = list(PROBLEM.finditer(text))
    if not problems:
        return None
    body = ANSWER_HERE.sub("", text[problems[-1].end() :])
    questions = list(ASKED.finditer(body))
    question = body[questions[-1].end() :].strip() if questions else text[: problems[0].start()]  # some put what they want first
    told = body[: questions[-1].start()] if questions else body
    works = list(WORK.finditer(told))
    if not works:
        return None
    talk = TALK.search(told)
    problem = told[: min(works[0].start(), talk.start() if talk else len(told))].strip()
    steps = read_steps(told[works[-1].end() :].strip())
    if not problem or not steps:
        return None
    wanted = _wanted(question)
    return Request(problem=problem, steps=steps, wanted=wanted, explicit=wanted != "report")


def read_steps(work: str) -> tuple[str, ...]:
    """The steps as the text numbers them, from 1 without a gap; of a text that does not number any, its lines and sentences."""
    parts: list[str] = []
    end = 0
    for mark in STEP.finditer(work):
        if int(mark[1] or mark[2]) != len(parts) + 1:
            continue
        if parts:
            parts[-1] = work[end : mark.start()]
        elif work[: mark.start()].strip():
            return tuple(split_steps(work.replace("\\n", "\n")))
        parts.append("")
        end = mark.end()
    if not parts:
        return tuple(split_steps(work))
    parts[-1] = work[end:]
    return tuple(part.strip() for part in parts)


def _wanted(question: str) -> Wanted:
    """A report where it is not said, or not clearly, whether yes means that the solution is right."""
    if NUMBER_ALONE.search(question):
        return "step"
    if not YES_OR_NO.search(question):
        return "report"
    tied = YES_MEANS.search(question)
    said = _claim(tied["behind"] or tied["before"] or "") if tied else None
    return said or _claim(re.split(r"[?？\n]", question)[0]) or "report"


def _claim(text: str) -> Literal["correct", "incorrect"] | None:
    text, without_error = NO_ERROR.subn(" ", text)
    text, not_right = NOT_RIGHT.subn(" ", text)
    right = without_error or CORRECT.search(text)
    wrong = not_right or INCORRECT.search(text)
    if bool(right) == bool(wrong):
        return None
    return "correct" if right else "incorrect"


# --- Judging -----------------------------------------------------------------------------------------------------------------


def judge(request: Request, samples: Sequence[str]) -> Judgement:
    """Hold a student's solution against `samples`, solutions of our own that may be wrong. Blocks for some seconds, bounded.

    The answer decides: it is right where about as many samples have it as any other, wrong where enough of them agree on another. Where
    they are at odds, a report finds nothing but wrong calculations; whoever asks for a bare verdict gets the likelier one: right where
    any has it (docs/log.md, "Judging students' solutions with the model's own").
    """
    steps = request.steps
    samples = _sound(request.problem, [written_out(sample) for sample in samples])
    votes = Votes(request.problem, steps, samples)
    if votes.for_student or (request.explicit and votes.agreeing):
        return Judgement(first_error=None, step=None, agreeing=votes.agreeing, sampled=votes.count)
    if votes.against_student or (request.explicit and votes.count):
        report = check_steps(request.problem, steps, samples=samples, answer=votes.leading)
        first: int | None = _last_step(report) if report.first_error is None else report.first_error
    else:
        report = check_steps(request.problem, steps, samples=samples)
        first = report.first_error
        if first is not None and report.steps[first].should_be is None:
            first = None  # no calculation, but the samples' doubt
    step = report.steps[first] if first is not None else None
    return Judgement(first_error=first, step=step, agreeing=votes.agreeing, sampled=votes.count)


def needs_second_opinion(request: Request, judgement: Judgement) -> bool:
    """Whether samples that are made in another way should be heard, which may acquit, before a bare verdict against the student is said."""
    return request.explicit and judgement.first_error is not None


def _sound(problem: str, samples: Sequence[str]) -> Sequence[str]:
    """Those without a wrong calculation; all, where there are no others."""
    deadline = time.monotonic() + SOUND_SECONDS
    return [sample for sample in samples if calculate(problem, split_steps(sample), deadline).first_wrong is None] or samples


def _last_step(report: WorkReport) -> int:
    """Where nothing is seen to be wrong but the answer, the step that gives it."""
    return len(report.steps) - 1


class Votes:
    """Who has the student's answer. `leading` is the answer that most samples have, as text."""

    def __init__(self, problem: str, steps: Sequence[str], samples: Sequence[str]) -> None:
        answers = [answer for answer in map(final_answer, samples) if answer]
        self.count = len(answers)
        groups: list[list[str]] = []
        for answer in answers:
            group = next((group for group in groups if same_answer(group[0], answer, SECONDS)), None)
            if group is None:
                groups.append([answer])
            else:
                group.append(answer)
        groups.sort(key=len, reverse=True)
        own = read_answer(problem, steps)
        mine = [group for group in groups if own is not None and same_answer(group[0], own, SECONDS)]
        self.leading = groups[0][0] if groups else None
        self.agreeing = max(map(len, mine), default=0)
        most = len(groups[0]) if groups else 0
        self.for_student = bool(self.agreeing) and 2 * self.agreeing >= most
        self.against_student = bool(groups) and not self.for_student and most >= AGREED * self.count


# --- Answering ---------------------------------------------------------------------------------------------------------------


def answer(request: Request, judgement: Judgement) -> str:
    """The reply: a step's number (0 for none), Yes or No, or a sentence or two."""
    first = judgement.first_error
    match request.wanted:
        case "step":
            return "0" if first is None else str(first + 1)
        case "incorrect":
            return "No" if first is None else "Yes"
        case "correct":
            return "Yes" if first is None else "No"
    agreement = f"{judgement.agreeing} of {judgement.sampled} solutions of our own come to the same answer."
    if first is None:
        return f"No mistake was found. {agreement}"
    assert judgement.step is not None
    return f"Step {first + 1} is the first wrong one. {judgement.step.reason} {agreement}"
