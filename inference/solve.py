"""Solve a problem: the model writes, its Python runs, and it goes on writing, as a stream of events."""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from grading.checking.agreement import agrees
from grading.checking.bare import is_bare, says_what_to_do
from grading.checking.extract import boxed_answer, final_answer
from grading.checking.fitting import is_refuted
from inference import prompts
from inference.best_of import Budget, Contest, Kept
from inference.engines import Chunk, ContextOverflow, Engine, EngineUnavailable, Finish, Sampling, seed_from
from inference.events import CandidateEvent, Code, Done, Event, Language, Mode, Output, Rule, Started, Token
from inference.exact import with_exact_values
from inference.prompts import Exchange
from inference.repeating import repeats_itself
from inference.reward import RewardScorer
from inference.sandbox import CellResult, Sandbox, Session
from inference.trying import tried
from inference.wire import FENCE, Piece, Splitter, Wire

SAMPLED = 0.7  # temperature of candidates, Qwen2.5-Math's setting for Maj@N and RM@N (arXiv 2409.12122)
TOP_P = 0.8  # Qwen2.5-Math's setting for every temperature above 0 (arXiv 2409.12122)
FEWEST_TOKENS = 128  # a context with less room than this left is full
BOX_TOKENS = 48  # kept out of the budget, for an answer that the model did not come to box
TRIES = 3  # of a solution that is asked for by a person
LED_BACK = 2  # times that a model is led back to words; then it may write what it will
FORCED_BOX = "\n\nThe final answer is $\\boxed{"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one solution. `tokens` counts generated ones, `with_box` those of a forced box as well; `output` is what the model reads of
    a block's output, in characters."""

    tokens: int = 1024
    with_box: int = 1024 + BOX_TOKENS
    rounds: int = 4
    output: int = 1000

    @classmethod
    def within(cls, most: int | None) -> Self:
        """The usual ones, and of tokens no more than `most`, whatever they are for."""
        usual = cls()
        return usual if most is None else replace(usual, tokens=min(usual.tokens, most), with_box=min(usual.with_box, most))

    def after(self, spent: int) -> Self:
        """Those of another try."""
        return replace(self, tokens=self.tokens - spent, with_box=self.with_box - spent)


async def solve(
    problem: str,
    *,
    engine: Engine,
    sandbox: Sandbox,
    mode: Mode | Literal["auto"] = "auto",
    language: Language | Literal["auto"] = "auto",
    history: Sequence[Exchange] = (),
    instructions: str = "",
    wire: Wire = FENCE,
    limits: Limits | None = None,
    seed: int = 0,
    temperature: float = 0.0,
    top_p: float = TOP_P,
    tries: int = 1,
    n: int = 1,
    select: Rule = "weighted",
    scorer: RewardScorer | None = None,
    budget: Budget | None = None,
    kept: Mapping[int, Kept] | None = None,
) -> AsyncGenerator[Event]:
    """Solve `problem`; yields Started, then Token, Code and Output as they come, and Done last.

    Of one solution that cannot stand there are up to so many `tries`, each behind a Started of its own (`inference.trying`).
    With `n` above 1, so many candidates are written side by side (at `SAMPLED` where `temperature` is 0, for they must differ); each ends
    with Solved or Dropped, and is Scored where there is a `scorer`; Selected says which one Done repeats (`inference.best_of`). Of those
    that were `kept` nothing is yielded again.

    Closing the generator aborts the engine's requests and ends the sandbox sessions. Raises `EngineError` and
    `SandboxError`. Where the whole does not fit the context, the oldest of `history` is left out; `instructions` never are.
    """
    limits = limits or Limits()
    mode = prompts.choose_mode(problem) if mode == "auto" else mode
    language = prompts.detect_language(problem) if language == "auto" else language
    decides = not instructions and (not history or says_what_to_do(problem)) and is_bare(problem)

    def begin(number: int, spent: int = 0) -> _Solution:
        return _Solution(
            problem=problem,
            engine=engine,
            sandbox=sandbox,
            mode=mode,
            language=language,
            history=list(history),
            instructions=instructions,
            decides=decides,
            wire=wire,
            limits=limits.after(spent),
            seed=seed_of(seed, number),
            temperature=temperature or (SAMPLED if n > 1 or number else 0.0),
            top_p=top_p,
        )

    if n == 1:
        events = tried(begin, tries=tries, tokens=limits.tokens)
    else:
        candidates = [begin(number) for number in range(n)]
        yield Started(mode=mode, language=language, model=engine.model, n=n)
        events = Contest(problem, candidates, rule=select, scorer=scorer, budget=budget, kept=kept).run()
    async with aclosing(events):
        async for event in events:
            yield event


def seed_of(seed: int, number: int) -> int:
    """The seed of a candidate; the first has the seed of a single solution."""
    return seed if number == 0 else seed_from(seed, number)


@dataclass(kw_only=True)
class _Solution:
    """One assistant message in the making."""

    problem: str
    engine: Engine
    sandbox: Sandbox
    mode: Mode
    language: Language
    history: list[Exchange]
    instructions: str
    decides: bool  # the problem means the same without what was said before, and says by itself whether an answer is right
    wire: Wire
    limits: Limits
    seed: int
    temperature: float
    top_p: float

    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    text: str = ""  # the raw message
    tokens: int = 0
    requests: int = 0
    rounds: int = 0
    finish: Finish = "stop"
    session: Session | None = None
    printed: str | None = None  # by the last block that ran without an error
    failed: str | None = None  # the last block, where it ended in an error
    in_words: bool = False  # no more code: the model has written the same failing block twice
    led_back: int = 0  # times, from a program that is not run to words

    @property
    def prompt(self) -> str:
        return prompts.chat(
            self.problem,
            mode=self.mode,
            language=self.language,
            wire=self.wire,
            history=self.history,
            instructions=self.instructions,
        )

    async def write(self) -> AsyncGenerator[Started | CandidateEvent]:
        began = time.monotonic()
        yield Started(mode=self.mode, language=self.language, model=self.engine.model)
        try:
            async with aclosing(self._rounds()) as events:
                async for event in events:
                    yield event
        finally:
            if self.session is not None:
                await self.session.close()
        yield await self._done(began)

    async def _rounds(self) -> AsyncGenerator[CandidateEvent]:
        """Prose and code by turns until the message ends; in words, and after the last round allowed, prose alone."""
        splitter = self._splitter()
        if self._runs_code:  # left to themselves, small models reason in words, and write no code in two of three solutions (docs/log.md)
            yield self._open_block()
        while True:
            async with aclosing(self._continue(splitter)) as tokens:
                async for token in tokens:
                    yield token
            if splitter is None or splitter.code is None:
                break
            if splitter.prose and boxed_answer(self.text) is not None:
                break  # it would only check what it has said
            if splitter.prose:
                yield self._lead_back()
            else:
                async with aclosing(self._round(splitter.code)) as events:
                    async for event in events:
                        yield event
            splitter = self._splitter()
        if self.printed is not None and boxed_answer(self.text) is None and self.tokens + BOX_TOKENS <= self.limits.with_box:
            async with aclosing(self._box(splitter)) as tokens:
                async for token in tokens:
                    yield token

    async def _round(self, code: str) -> AsyncGenerator[CandidateEvent]:
        self.rounds += 1
        yield Code(round=self.rounds, code=code)
        repeated = code == self.failed
        yield await self._run(code)
        if repeated and self.failed:
            self.in_words = True  # a model that repeats a failing block would do so until its budget is used up
            yield self._add(prompts.without_code(self.language))

    @property
    def _runs_code(self) -> bool:
        return self.mode == "tir" and not self.in_words and self.rounds < self.limits.rounds

    def _splitter(self) -> Splitter | None:
        if self._runs_code:
            return Splitter(self.wire, inside=self.rounds == 0)
        return Splitter(self.wire, prose=True) if self.led_back < LED_BACK else None

    async def _continue(self, splitter: Splitter | None) -> AsyncGenerator[Token]:
        """Let the model go on. The request is closed as soon as a block of code is complete."""
        room = self.limits.tokens - self.tokens
        if room <= 0:
            self.finish = "length"
            return
        stop = self.wire.stop if splitter else ()
        async with aclosing(self._stream(room, stop)) as chunks:
            async for chunk in chunks:
                self.finish = chunk.finish or "stop"
                pieces: list[Piece] = splitter.feed(chunk.text) if splitter else [("text", chunk.text)]
                if splitter and chunk.finish:
                    pieces += splitter.finish(complete=chunk.finish == "stop")
                for part, text in pieces:
                    if text:
                        yield Token(text=text, part=part)
                if splitter is None:
                    self.text += chunk.text
                if chunk.finish or (splitter and splitter.code is not None):
                    self.text += splitter.raw if splitter else ""
                    return
        raise EngineUnavailable("The engine ended the request before its text was complete.")

    def _open_block(self) -> Token:
        """Begin the message with a block of code; what the model goes on with is inside of that block."""
        words = prompts.plan(self.language)
        self.text = words + self.wire.opening
        return Token(text=words)

    def _lead_back(self) -> Token:
        """Of a program that is not run the model would make up what it prints."""
        self.led_back += 1
        return self._add(prompts.in_words(self.language))

    def _add(self, words: str) -> Token:
        self.text += words
        return Token(text=words)

    async def _run(self, code: str) -> Output:
        """Run a block, and append what the model reads of it to the message."""
        if self.session is None:
            self.session = await self.sandbox.open()
        result = await self.session.run(code)
        self.failed = None if result.error is None else code
        if result.error is None:
            self.printed = result.output
        self.text += self.wire.output(prompts.neutralise(shown_to_model(result, self.problem, self.limits.output)))
        return Output(
            round=self.rounds,
            text=result.output,
            error=result.error,
            truncated=result.truncated,
            timed_out=result.timed_out,
            seconds=result.seconds,
            images=result.images,
        )

    async def _box(self, splitter: Splitter | None) -> AsyncGenerator[Token]:
        """Begin the last sentence for a model that ran code and boxed nothing. Where the context has no room for it, there is none."""
        before, unsaid = self.text, FORCED_BOX
        if splitter is not None and splitter.open:  # what is said inside of a program is not said
            self.text = f"{self.text.rstrip()}\n{self.wire.end}"
        self.text = self.text.rstrip() + FORCED_BOX
        try:
            async with aclosing(self._stream(BOX_TOKENS, ("\n",))) as chunks:
                async for chunk in chunks:
                    self.text += chunk.text
                    if text := unsaid + chunk.text:
                        yield Token(text=text)
                    unsaid = ""
        except ContextOverflow:
            self.text = before

    async def _stream(self, max_tokens: int, stop: tuple[str, ...]) -> AsyncGenerator[Chunk]:
        """The engine's continuation of the message, the conversation cut to the context from its oldest end.

        The engine knows the context, not we: it refuses before it generates, so to try again costs next to nothing.
        """
        while True:
            try:
                async with aclosing(self._request(max_tokens, stop)) as chunks:
                    async for chunk in chunks:
                        yield chunk
                return
            except ContextOverflow:
                if self.history:
                    del self.history[0]
                elif max_tokens >= 2 * FEWEST_TOKENS:
                    max_tokens //= 2
                else:
                    raise

    async def _request(self, max_tokens: int, stop: tuple[str, ...]) -> AsyncGenerator[Chunk]:
        self.requests += 1
        sampling = Sampling(
            max_tokens=max_tokens,
            temperature=self.temperature,
            top_p=self.top_p if self.temperature else 1.0,
            stop=stop,
            seed=self.seed,
        )
        prompt, said = self.prompt + prompts.neutralise(self.text), ""
        async with aclosing(self.engine.stream(prompt, sampling, f"{self.id}-{self.requests}")) as chunks:
            async for chunk in chunks:
                self.tokens += chunk.tokens
                yield chunk
                said += chunk.text
                if chunk.finish is None and repeats_itself(said):
                    yield Chunk("", 0, "length")
                    return

    async def _done(self, began: float) -> Done:
        answer = final_answer(self.text)
        agreement = None
        if answer is not None and self.printed is not None:
            agreement = await asyncio.to_thread(agrees, answer, self.printed)
        refuted = answer is not None and self.decides and await asyncio.to_thread(is_refuted, self.problem, answer)
        return Done(
            answer=answer,
            checked=agreement is True and not refuted,
            differs=agreement is False,
            refuted=refuted,
            finish=self.finish,
            text=self.text,
            tokens=self.tokens,
            rounds=self.rounds,
            seconds=time.monotonic() - began,
        )


def shown_to_model(result: CellResult, problem: str, limit: int) -> str:
    """A block's output with its error, as the model reads it: with exact values, and of long output the middle is left out."""
    output = with_exact_values(result.output.strip(), problem)
    if len(output) > limit:
        output = f"{output[: limit // 2]}\n...\n{output[-limit // 2 :]}"
    return f"{output}\n{result.error}".strip() if result.error else output
