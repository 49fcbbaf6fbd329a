"""Judging a student's solution: what a request asks, and what solutions of our own say to it.

Requests have the form of MathTutorBench's tasks (Macina et al. 2025, arXiv 2502.18940; configs/mistake_location.yaml and
student_solution_correctness.yaml of eth-lre/mathtutorbench), or one like it:

    Problem: …    Student Solution: Step 1 - …\\nStep 2 - …    Q: Is the Student Solution incorrect? Write only the step number …    A:

Examples may stand before it; the last problem counts. The benchmark's own prompts part steps by a backslash and an n.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from grading.checking.extract import final_answer
from grading.checking.reasons import Reason
from grading.checking.steps import StepVerdict, WorkReport, check_steps, split_steps
from grading.checking.text import half_width
from grading.checking.working.calculated import calculate
from grading.checking.working.compared import same_answer
from grading.checking.working.sources import read_answer
from inference.code_steps import written_out
from inference.events import Language
from inference.prompts import detect_language
from inference.selection import vote
from inference.tutoring.phrases import say

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
CHINESE_WORDS = re.compile(r"^(?!.*\byes\b)(?=.*是).*否", re.IGNORECASE | re.DOTALL)
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
    """`steps` are the student's, as they are numbered by whoever asks. `explicit`: the text says itself what is to be said of them, also
    with which words for `yes` and `no`."""

    problem: str
    steps: tuple[str, ...]
    wanted: Wanted
    explicit: bool
    yes: str = "Yes"
    no: str = "No"


@dataclass(frozen=True, slots=True)
class Sample:
    """A solution of our own, and the reward model's score of it, where there is one."""

    text: str
    score: float | None = None


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
    yes, no = ("是", "否") if CHINESE_WORDS.search(question) else ("Yes", "No")
    return Request(problem=problem, steps=steps, wanted=wanted, explicit=wanted != "report", yes=yes, no=no)


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


def judge(request: Request, first: Sequence[Sample], second: Sequence[Sample] | None = None) -> Judgement:
    """Hold a student's solution against `sound` samples, solutions of our own that may be wrong. Blocks for some seconds, bounded.

    The answer decides: it is right where it has at least half as many votes as any other, wrong where enough samples agree on another.
    Where they are at odds, a report finds nothing but wrong calculations. Whoever asks for a bare verdict gets the likelier one
    (docs/log.md, "A second opinion"): right where the student's answer leads; else a `second` set of samples, made in another way, is to be
    heard, and it is right where it has half the votes of the leading answer, those of both sets counted.

    The place is said by the first set, whose steps are more like a student's than those of programs.
    """
    votes = Votes(request, [*first, *(second or ())])
    if votes.lead if request.explicit and second is None else votes.for_student:
        return votes.judgement(None, None)
    answer = None
    if votes.against_student or (request.explicit and votes.others):
        answer = (Votes(request, first).others or votes.others)[0].answer
    report = check_steps(request.problem, request.steps, samples=[sample.text for sample in first], answer=answer)
    return votes.judgement(report, _place(report, sure=answer is not None))


def needs_second_opinion(request: Request, first: Sequence[Sample]) -> bool:
    """Whether a second set of `sound` samples is to be heard before a bare verdict. Blocks for some seconds, bounded."""
    return request.explicit and not Votes(request, first).lead


def _place(report: WorkReport, *, sure: bool) -> int | None:
    """Where it is `sure` to be wrong and nothing is seen but the answer, the step behind the last right one; else nothing but a
    calculation, not what the samples doubt."""
    first = report.first_error
    if sure:
        return _behind_the_last_right(report) if first is None else first
    return first if first is not None and report.steps[first].should_be is not None else None


def _behind_the_last_right(report: WorkReport) -> int:
    last = len(report.steps) - 1
    right = [at for at, step in enumerate(report.steps) if step.status in ("checked", "agrees")]
    return min(right[-1] + 1, last) if right else last


def sound(problem: str, samples: Sequence[Sample]) -> Sequence[Sample]:
    """Those without a wrong calculation; all, where there are no others. Programs are written out as calculations. Blocks as well."""
    deadline = time.monotonic() + SOUND_SECONDS
    written = [replace(sample, text=written_out(sample.text)) for sample in samples]
    return [sample for sample in written if calculate(problem, split_steps(sample.text), deadline).first_wrong is None] or written


@dataclass(slots=True)
class Group:
    """Samples with one answer. Where all samples have scores, their votes are weighed as for the pick of the best (`selection.vote`)."""

    answer: str
    size: int = 0
    weight: int = 0


class Votes:
    """Who has the student's answer: `agreeing` of `count` samples that have one. `others` are the groups that do not, the largest first."""

    def __init__(self, request: Request, samples: Sequence[Sample]) -> None:
        groups = _grouped(samples)
        own = read_answer(request.problem, request.steps)
        mine = [group for group in groups if own is not None and same_answer(group.answer, own, SECONDS)]
        self.others = sorted((group for group in groups if group not in mine), key=lambda group: -group.weight)
        self.count = sum(group.size for group in groups)
        self.agreeing = sum(group.size for group in mine)
        weight, most = sum(group.weight for group in mine), max((group.weight for group in self.others), default=0)
        self.lead = bool(mine) and weight >= most
        self.for_student = bool(mine) and 2 * weight >= most
        self.against_student = bool(self.others) and not self.for_student and most >= AGREED * sum(group.weight for group in groups)

    def judgement(self, report: WorkReport | None, first: int | None) -> Judgement:
        step = report.steps[first] if report is not None and first is not None else None
        return Judgement(first_error=first, step=step, agreeing=self.agreeing, sampled=self.count)


def _grouped(samples: Sequence[Sample]) -> list[Group]:
    answered = [(sample, answer) for sample in samples if (answer := final_answer(sample.text))]
    weighed = all(sample.score is not None for sample, _ in answered)
    groups: list[Group] = []
    for sample, answer in answered:
        group = next((group for group in groups if same_answer(group.answer, answer, SECONDS)), None)
        if group is None:
            group = Group(answer)
            groups.append(group)
        group.size += 1
        group.weight += vote(sample.score) if weighed and sample.score is not None else 1
    return groups


# --- Answering ---------------------------------------------------------------------------------------------------------------


def answer(request: Request, judgement: Judgement, wording: Callable[[Reason], str] = str) -> str:
    """The reply: a step's number (0 for none), yes or no, or a sentence or two in the problem's language. `wording` says the checker's
    reasons in it."""
    first = judgement.first_error
    match request.wanted:
        case "step":
            return "0" if first is None else str(first + 1)
        case "incorrect":
            return request.no if first is None else request.yes
        case "correct":
            return request.yes if first is None else request.no
    return _report(judgement, detect_language(request.problem), wording)


def _report(judgement: Judgement, language: Language, wording: Callable[[Reason], str]) -> str:
    first, step = judgement.first_error, judgement.step
    if first is None or step is None:
        found = say("no_mistake", language)
    else:
        found = say("first_mistake", language, number=first + 1, reason=wording(step.reason))
    agreement = say("assessed_by", language, agreeing=judgement.agreeing, count=judgement.sampled)
    return f"{found}{'' if language == 'zh' else ' '}{agreement}"
