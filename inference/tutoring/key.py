"""The key of a problem: its answer and a worked solution, made of several sampled solutions that agree. It is for the tutor alone."""

import asyncio
import re
from collections.abc import Collection, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from grading.checking.extract import FORMULA, without_delimiters
from grading.checking.steps import check_steps, split_steps
from grading.checking.text import compact
from grading.checking.told_apart import told_apart
from grading.checking.working.claims import Chain, find_chains
from grading.checking.working.computations import Computation, find_computations, is_in
from grading.checking.working.expressions import NoValue, exact, is_name, is_plain, symbols
from grading.checking.working.findings import plain_number
from grading.checking.working.letters import find_variables
from grading.checking.working.quantities import stated
from grading.checking.working.shown import latex
from inference.best_of import Budget
from inference.engines import Engine
from inference.events import Done, Language, Mode, Solution, Solved
from inference.prompts import Exchange, in_words, is_mostly, plan, without_code
from inference.sandbox import Sandbox, SandboxError
from inference.selection import group, mathematically_equal
from inference.solve import Limits, solve
from inference.together import together

SAMPLES = 3  # solutions of each kind: in words (they have steps to show), and with Python (they are more often right)
LIMITS = Limits(tokens=768)  # of one solution: a longer one is more often lost than right
CHECKING = 10.0  # seconds for the steps of one solution
PROGRAMS = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
LANGUAGES: tuple[Language, ...] = ("en", "zh")
ANNOUNCED = re.compile("|".join(re.escape(say(name).strip()) for name in LANGUAGES for say in (plan, without_code, in_words)))
COMMANDS = re.compile(r"\\(?:text|mathrm|textbf)\s*\{[^{}]*\}|\\[a-zA-Z]+")
CALCULATED = re.compile(r"(?=.*=)(?:[\d\s.,+*/()=^×÷]|(?<!^)-|(?<![A-Za-z])[a-z](?![A-Za-z]))+")  # `20 - 8 = 12`
TWO_VALUES = re.compile(r"±|\\pm\b")
PROSE = re.compile(r"[A-Za-z]{3,}|[\u3400-\u9fff]")
BOXED = re.compile(r"\\boxed\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the worked solution. `expression` is the last calculation in it as it was written, `shown` the same as LaTeX, without
    units, and `value` its result; all "" where there is none. `lead` is the line of words before it, which says what the step is for; ""
    where there is none.
    """

    text: str
    expression: str = ""
    shown: str = ""
    value: str = ""
    lead: str = ""

    @property
    def worked(self) -> str:
        """With the line that says what it is for."""
        return "\n\n".join(filter(None, [self.lead, self.text]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """`agreeing` of `count` sampled solutions have `answer`; those that the problem refutes are left out. `solution` is one of them in
    words, no step of which is wrong; "" where there is none. `checked`: Python came to the answer as well. `samples` are the texts of all.
    """

    answer: str
    solution: str
    agreeing: int
    count: int
    checked: bool
    samples: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The worked solution; where there is none, the answer as it is written on a page."""
        return self.solution or on_page(self.answer)

    @property
    def sure(self) -> bool:
        """Whether most solutions agree, and at least two: only then the tutor teaches from it."""
        return bool(self.answer) and self.agreeing >= 2 and 2 * self.agreeing > self.count

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Key":
        return cls(**data | {"samples": tuple(data["samples"])})


async def make_key(
    problem: str,
    *,
    engine: Engine,
    sandbox: Sandbox,
    language: Language,
    history: Sequence[Exchange] = (),
    budget: Budget | None = None,
    samples: int = SAMPLES,
    seed: int = 0,
    needs_python: bool = True,
) -> Key:
    """Solve `problem`, which is asked behind `history`, several times, in words and with Python, side by side; within `budget` of each
    kind, once one of it is complete. Where it does not need Python and none can be run, the words alone have to do.

    Raises `EngineError`, and `SandboxError` where it `needs_python`.
    """

    async def sample(mode: Mode) -> list[Solution]:
        solving = solve(
            problem,
            engine=engine,
            sandbox=sandbox,
            mode=mode,
            language=language,
            history=history,
            limits=LIMITS,
            budget=budget,
            seed=seed,
            n=samples,
            select="majority",
        )
        async with aclosing(solving) as events:
            return [event async for event in events if isinstance(event, Solved if samples > 1 else Done)]

    in_python = sample("tir") if needs_python else _unless_refused(sample("tir"))
    words, programs = await together([sample("cot"), in_python])
    return await asyncio.to_thread(_choose, problem, language, words, programs)


async def _unless_refused(sampling: Coroutine[Any, Any, list[Solution]]) -> list[Solution]:
    """What is sampled; nothing where the sandbox refuses or is lost."""
    try:
        return await sampling
    except SandboxError:
        return []


def _choose(problem: str, language: Language, words: Sequence[Solution], programs: Sequence[Solution]) -> Key:
    """The answer of most solutions that the problem does not refute. Blocks while answers and steps are compared."""
    everything = [solved for solved in (*words, *programs) if not solved.refuted]
    groups = group([solved.answer for solved in everything], mathematically_equal)
    answered = [label for label in groups if label is not None]
    samples = tuple(solved.text for solved in everything)
    if not answered:
        return Key(answer="", solution="", agreeing=0, count=len(everything), checked=False, samples=samples)
    winner = max(answered, key=answered.count)
    agreeing = [solved for solved, label in zip(everything, groups, strict=True) if label == winner]
    named = (solved.answer for solved in agreeing if solved.answer and told_apart(solved.answer))  # says more than `23, 12`
    answer = next(named, everything[winner].answer or "")
    return Key(
        answer=answer,
        solution=_written(problem, language, agreeing, answer),
        agreeing=len(agreeing),
        count=len(everything),
        checked=any(solved.checked for solved in agreeing),
        samples=samples,
    )


def _written(problem: str, language: Language, agreeing: Sequence[Solution], answer: str) -> str:
    """The first of the solutions whose words have more than one step and none that is wrong; those in the student's language first, and
    of these those without Python."""
    written = ((words_of(solved.text), solved.rounds) for solved in agreeing)
    for text, _ in sorted(written, key=lambda one: (not is_mostly(one[0], language), one[1])):
        steps = split_steps(text)
        if len(steps) > 1 and check_steps(problem, bared(steps), answer=answer, seconds=CHECKING).first_error is None:
            return text
    return ""


def bare(text: str) -> str:
    """Without the dollar signs around formulas, which the step checker takes for money in `sold $48/2 = 22$ clips`."""
    return without_delimiters(text)


def bared(texts: Sequence[str]) -> list[str]:
    """Each of them as the step checker should read it."""
    return [bare(text) for text in texts]


def on_page(answer: str) -> str:
    """An answer as it is written on a page: a formula, unless it has words in it."""
    return answer if PROSE.search(COMMANDS.sub("", answer)) else f"${answer}$"


def words_of(text: str) -> str:
    """A solution without its programs, their output and their announcement, its box opened."""
    words = BOXED.sub(r"\1", ANNOUNCED.sub("", PROGRAMS.sub("", text))).strip()
    return re.sub(r"\n{3,}", "\n\n", words)


def steps_of(problem: str, solution: str) -> list[Step]:
    """The steps of a worked solution that take it on: those with a calculation, an equation or a formula that is not the problem's own.
    What ends with a colon says what comes next, and is no step yet (我们用20乘以2/5：); nor is what is given (`Raymond's jewels = 40`)."""
    texts = split_steps(solution)
    variables = find_variables([problem, *texts])
    given = {_sides(chain) for chain in find_chains(bare(problem), variables)}
    chains = [find_chains(bare(text), variables) for text in texts]
    results = _results(find_computations(chains))
    steps, lead, told, letters = [], "", stated(bare(problem)), set(find_variables([problem]))
    for at, text in enumerate(texts):
        found = results.get(at)
        announces = text.endswith((":", "："))
        is_new = any(
            len(chain.sides) > 1 and _sides(chain) not in given and not _says_a_given(chain, told, letters) for chain in chains[at]
        )
        given |= {_sides(chain) for chain in chains[at]}
        sides = [side for chain in chains[at] if chain.relations for side in chain.sides]
        letters |= {letter for side in sides for reading in side.readings for letter in symbols(reading)}
        if found is not None and not (announces and all(len(chain.sides) == 1 for chain in chains[at])):
            shown = latex(found.expression) or found.text
            steps.append(Step(displayed(text), found.text, shown, plain_number(found.value), lead))
            lead = ""
        elif is_new and not announces:
            steps.append(Step(displayed(text), lead=lead))
            lead = ""
        elif PROSE.search(COMMANDS.sub("", text)) or not lead:  # an equation that is known already is not what the step is for
            lead = text
    return steps


def _results(computations: Sequence[Computation]) -> dict[int, Computation]:
    """Of each step the last calculation; of those that come to the same, `2/3 * 120 = 240/3 = 80`, the first."""
    found: dict[int, Computation] = {}
    for one in computations:
        before = found.get(one.step)
        is_told = before is not None and before.value == one.value and _comes_to(before)
        if not is_told and not TWO_VALUES.search(one.text):
            found[one.step] = one
    return found


def _comes_to(one: Computation) -> bool:
    """Whether it has its chain's value by itself: not 5 + 3, of `5 + 3 = 8 * 2 = 16`."""
    try:
        return exact(one.expression) == one.value
    except NoValue:
        return False


def _says_a_given(chain: Chain, told: Sequence[Fraction], letters: Collection[str]) -> bool:
    """Whether it gives words, or a letter that nothing was said of, one of the problem's own numbers."""
    named, said = chain.sides[0], chain.sides[1]
    is_new = all(is_name(reading) and not symbols(reading) & set(letters) for reading in named.readings)
    return len(chain.sides) == 2 and is_new and any(is_in(exact(reading), told) for reading in said.readings if is_plain(reading))


def _sides(chain: Chain) -> tuple[str, ...]:
    return tuple(compact(side.text) for side in chain.sides)


def displayed(text: str) -> str:
    """A line that is one formula, as `split_steps` takes it out of its display, with the signs that make it one again."""
    alone = "\\" in text and not FORMULA.search(text) and not PROSE.search(COMMANDS.sub("", text))
    return f"${text}$" if alone or CALCULATED.fullmatch(text) else text
