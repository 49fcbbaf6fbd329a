"""One turn of a lesson: what the student asks for within a problem, and what the tutor says to it, as a stream of events."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

from inference.best_of import Budget
from inference.engines import Engine
from inference.events import Event, Language, Started, Token
from inference.prompts import Exchange
from inference.sandbox import Sandbox
from inference.tutoring import socratic
from inference.tutoring.challenging import Doubt, Wording, challenge
from inference.tutoring.checking import review, summary
from inference.tutoring.events import Aim, Keyed, Noted, Progress, Request, Reviewed, Taught, Working
from inference.tutoring.hints import RUNGS, Place, hint, in_context
from inference.tutoring.key import SAMPLES, Key, Step, make_key, steps_of
from inference.tutoring.leaks import leaks, secret_of
from inference.tutoring.phrases import say
from inference.tutoring.progress import is_on_the_way, reached
from inference.tutoring.smalltalk import reply_to
from inference.tutoring.wishes import wished

MOST_WORK = 8_000  # characters of a student's lines so far that are remembered


@dataclass(kw_only=True)
class Lesson:
    """A problem that is being worked on, and one request about it. `attempt` is the student's own work, where there is any with it;
    `history` is what was said before the problem was posed.

    `shown` is the solution that a challenge is about, `shown_answer` the one that was shown with it, if any, and `quote` the step of it;
    each challenge needs a `seed` of its own. `wording` says the checker's reasons in the student's language.
    """

    problem: str
    aim: Aim
    language: Language
    engine: Engine
    sandbox: Sandbox
    request: Request = ""
    attempt: str = ""
    history: Sequence[Exchange] = ()
    key: Key | None = None
    progress: Progress = field(default_factory=Progress)
    shown: str = ""
    shown_answer: str = ""
    quote: str = ""
    wording: Wording = str
    budget: Budget | None = None  # for the solutions of a new key
    samples: int = SAMPLES  # solutions of each kind for a new key
    seed: int = 0

    async def teach(self) -> AsyncGenerator[Event]:
        """Started first, Taught last; in between what is said, as Token. Raises `EngineError`.

        Closing the generator between two events is enough to end it: what is under way is cancelled with the caller's task.
        """
        yield Started(mode="cot", language=self.language, model=self.engine.model)
        self._said: list[str] = []
        if self.key is None or self.request == "challenge":  # the key that there is may be what is doubted
            yield Working(stage="preparing")
            self.key = await self._new_key()
            if self.request != "challenge":
                yield Keyed(key=self.key)
        self._steps: list[Step] = await asyncio.to_thread(steps_of, self.problem, self.key.solution)
        async for event in self._answered(self.key):
            yield event

    async def _new_key(self) -> Key:
        return await make_key(
            self.problem,
            engine=self.engine,
            sandbox=self.sandbox,
            language=self.language,
            history=self.history,
            budget=self.budget,
            samples=self.samples,
            seed=self.seed,
            needs_python=False,
        )

    async def _answered(self, key: Key) -> AsyncGenerator[Event]:
        if self.request == "challenge":
            doubt = Doubt(self.shown, self.shown_answer, self.quote)
            said = await asyncio.to_thread(challenge, self.problem, doubt, key, self.language, self.wording)
            if said.solution:
                yield Keyed(key=key, instead=True)
            self.progress = replace(self.progress, solution=said.solution or self.shown)
            yield self._say(said.text)
            yield self._end(key, answer=said.answer)
            return
        if self.request == "answer":
            self.progress = replace(self.progress, finished=True)
            yield self._say(say("solution", self.language, solution=key.shown))
            yield replace(self._end(key, answer=key.answer), offers=())
            return
        if self.aim == "explain":
            async for event in self._explain(key):
                yield event
            return
        if self.request == "attempt" and (reply := reply_to(self.attempt, self.language)):
            yield self._say(reply)
            yield self._end(key)
            return
        if self.aim == "socratic" and key.sure:
            async for event in self._ask(key):
                yield event
        else:
            async for event in self._help(key):
                yield event
        yield self._end(key)

    async def _explain(self, key: Key) -> AsyncGenerator[Event]:
        """The full solution behind a look at the student's own work."""
        async for event in self._read(key):
            yield event
        if key.sure:
            yield self._say(say("solution", self.language, solution=key.shown))
        else:
            yield Noted(note="unsure")
            yield self._say(say("unsure_key", self.language))
        yield self._end(key, answer=key.answer if key.sure else None)

    # --- Hints, steps, check ------------------------------------------------------------------------------------------------

    async def _help(self, key: Key) -> AsyncGenerator[Event]:
        """Read the attempt, if there is one; then give what was asked for."""
        if self.attempt.strip():
            async for event in self._read(key):
                yield event
        elif self.request == "":
            opening = {"hints": "try_first", "steps": "steps_begin"}.get(self.aim, "send_work")
            yield self._say(say(opening if key.sure else "send_work", self.language))
        if not key.sure:
            yield Noted(note="unsure")
            if self.request == "" or not self._said:
                yield self._say(say("unsure_key", self.language))
        elif self.progress.finished:
            return
        elif self.request == "hint":
            async for event in self._hint(key):
                yield event
        elif self.request == "next":
            yield self._say(self._next_step())

    async def _read(self, key: Key) -> AsyncGenerator[Event]:
        yield Working(stage="reading")
        is_wish = bool(wished(self.attempt))  # "a hint, please" is no attempt
        work = f"{self.progress.work}\n{self.attempt}".strip()[-MOST_WORK:]
        found = await asyncio.to_thread(review, self.problem, self.attempt, key)
        if found.says_something:
            yield Reviewed(review=found)
            yield self._say(summary(found, self.language))
        elif key.sure and await asyncio.to_thread(is_on_the_way, self.problem, self._steps, key.solution, self.attempt):
            yield self._say(say("on_the_way", self.language))
        elif self.request != "hint" and self.aim != "socratic" and (key.sure or not is_wish):
            yield self._say(say(self._nothing_read(key), self.language))
        at = max(self.progress.at, reached(self.problem, self._steps, self.attempt)) if found.first_error is None else self.progress.at
        self.progress = replace(
            self.progress,
            at=at,
            rung=self.progress.rung if at == self.progress.at else 0,
            shown=max(self.progress.shown, at),
            tried=self.progress.tried or not is_wish,
            work=work,
            finished=self.progress.finished or found.solved,
        )

    def _nothing_read(self, key: Key) -> str:
        """What to say where nothing can be checked: who says "I am stuck", or wishes something, has no lines to be marked."""
        wish = wished(self.attempt)
        if wish == "next" and key.sure and self._steps and self.progress.shown >= len(self._steps):
            return "steps_end"
        if self.aim != "hints" or not key.sure:
            return "nothing_checked"
        if wish and not self.progress.tried:
            return "try_first"
        if wish == "answer":
            return "answer_later"
        return "stuck" if socratic.is_without_value(self.attempt) else "nothing_checked"

    async def _hint(self, key: Key) -> AsyncGenerator[Event]:
        yield Working(stage="wording")
        rung = min(self.progress.rung, len(RUNGS) - 1)
        given = await hint(self._place(key), RUNGS[rung], engine=self.engine, seed=self.seed + self.progress.at * len(RUNGS) + rung)
        if given.plain:
            yield Noted(note="plain")
        yield self._say(given.text)
        worked = rung == len(RUNGS) - 1
        self.progress = replace(
            self.progress,
            rung=0 if worked else rung + 1,
            at=min(self.progress.at + worked, max(len(self._steps) - 1, 0)),
            tried=False,
            worked=self.progress.worked or worked,
        )

    def _place(self, key: Key) -> Place:
        return Place(
            problem=in_context(self.problem, self.history),
            posed=self.problem,
            steps=self._steps,
            at=self.progress.at,
            work=self.progress.work,
            secret=secret_of(key.answer, self.problem),
            language=self.language,
        )

    def _next_step(self) -> str:
        """Reveal a step. The last one may hold the answer: whoever goes on to the end has asked for it."""
        if not self._steps:
            return say("no_steps", self.language)
        at = min(self.progress.shown, len(self._steps) - 1)
        self.progress = replace(self.progress, shown=at + 1, at=at + 1, rung=0)
        shown = say("step_shown", self.language, step=self._steps[at].worked)
        after = "steps_end" if at + 1 == len(self._steps) else "step_go_on"
        return f"{shown}\n\n{say(after, self.language)}"

    # --- Socratic -----------------------------------------------------------------------------------------------------------

    async def _ask(self, key: Key) -> AsyncGenerator[Event]:
        """Check the reply to the open question, then ask the next one; `progress.at` counts questions here."""
        asked = await asyncio.to_thread(socratic.questions, key, self._steps)
        async for event in self._begin(key, asked) if self.request == "" else self._hear(key, asked):
            yield event
        if self.progress.finished or self.progress.misses:
            return
        yield Working(stage="wording")
        question = asked[min(self.progress.at, len(asked) - 1)]
        yield self._say(await socratic.word(question, self._place_of(question, key), engine=self.engine, seed=self.seed + self.progress.at))

    async def _begin(self, key: Key, asked: Sequence[socratic.Question]) -> AsyncGenerator[Event]:
        """Read the work that came with the problem, if any did; what it has come past is not asked."""
        if self.attempt.strip():
            async for event in self._read(key):
                yield event
            past = self._steps[: self.progress.at]
            self.progress = replace(self.progress, at=sum(question.step in past for question in asked))
        if not self.progress.finished:
            yield self._say(say("question_first", self.language))

    async def _hear(self, key: Key, asked: Sequence[socratic.Question]) -> AsyncGenerator[Event]:
        yield Working(stage="reading")
        yield self._say(await asyncio.to_thread(self._reply, key, asked))

    def _reply(self, key: Key, asked: Sequence[socratic.Question]) -> str:
        """What to say to a reply; moves on where it is right, or was wrong too often. The answer itself ends the lesson at once."""
        at = min(self.progress.at, len(asked) - 1)
        if socratic.is_right(asked[-1], self.attempt):
            self.progress = replace(self.progress, finished=True, misses=0)
            return say("finished", self.language)
        if socratic.is_rounded(asked[-1], self.attempt):
            self.progress = replace(self.progress, misses=0)
            return say("answer_rounded", self.language)
        if asked[at].by_lines:
            return self._line_heard(key)
        right = socratic.is_right(asked[at], self.attempt)
        if right:
            self.progress = replace(self.progress, at=at + 1, misses=0)
            return say("reply_right", self.language)
        return self._missed(key, asked[at].step, "reply_wrong" if right is False else self._unread("reply_unread"))

    def _line_heard(self, key: Key) -> str:
        """What to say to a line on the way to the answer, or to a wrong answer."""
        found = review(self.problem, self.attempt, key)
        if found.is_one_number and found.first_error is None:
            return self._missed(key, None, "one_number")
        if found.first_error is None and found.answer_is_right is None and found.says_something:
            self.progress = replace(self.progress, misses=0)
            return summary(found, self.language)
        may_go_on = found.is_bare or not found.says_something
        if may_go_on and is_on_the_way(self.problem, self._steps, key.solution, self.attempt):
            self.progress = replace(self.progress, misses=0)
            return say("on_the_way", self.language)
        return self._missed(key, None, "reply_wrong" if found.says_something else self._unread("nothing_checked"))

    def _unread(self, name: str) -> str:
        return "reply_stuck" if socratic.is_without_value(self.attempt) else name

    def _missed(self, key: Key, step: Step | None, name: str) -> str:
        """After too many misses the step is shown; where it would say a part of the answer, or is the answer, that may be asked for."""
        misses = self.progress.misses + 1
        often = misses >= socratic.MISSES
        if often and step is not None and not leaks(said := f"${step.shown} = {step.value}$", secret_of(key.answer, self.problem)):
            self.progress = replace(self.progress, at=self.progress.at + 1, misses=0)
            return say("reply_shown", self.language, step=said)
        self.progress = replace(self.progress, misses=misses, worked=self.progress.worked or often)
        said = say(name, self.language)
        return f"{said} {say('may_ask', self.language)}" if self.progress.worked else said

    def _place_of(self, question: socratic.Question, key: Key) -> Place:
        at = self._steps.index(question.step) if question.step is not None else len(self._steps)
        return replace(self._place(key), at=at)

    # --- Saying -------------------------------------------------------------------------------------------------------------

    def _say(self, text: str) -> Token:
        piece = f"\n\n{text}" if self._said else text
        self._said.append(piece)
        return Token(text=piece)

    def _end(self, key: Key, answer: str | None = None) -> Taught:
        left = offers(self.aim, self.progress, sure=key.sure, steps=len(self._steps))
        return Taught(
            text="".join(self._said), progress=self.progress, offers=left, answer=answer, checked=answer is not None and key.checked
        )


def offers(aim: Aim, progress: Progress, *, sure: bool, steps: int) -> tuple[Request, ...]:
    """What a student may ask for next. A hint needs an attempt since the last one, which can come with the request. A step of a solution
    that was shown may always be doubted, and is not named here."""
    if aim == "explain":
        return ()
    if not sure:
        return ("attempt",)
    if progress.finished:
        return ("answer",) if aim != "check" else ("attempt",)  # in another way
    match aim:
        case "hints":
            return ("attempt", "hint", "answer") if progress.worked else ("attempt", "hint")
        case "steps":
            return ("attempt", "next") if progress.shown < steps else ("attempt", "answer")
        case "socratic":
            return ("attempt", "answer") if progress.worked else ("attempt",)
        case _:
            return ("attempt",)
