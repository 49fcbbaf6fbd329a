"""A problem like another one, written by the model, and kept only where all its solutions agree and Python confirms them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from inference import rewriting
from inference.best_of import Budget
from inference.engines import Engine, Sampling, continued, seed_from
from inference.events import Language
from inference.rewriting import Change, Refused
from inference.sandbox import Sandbox
from inference.texts import is_repeated
from inference.tutoring.key import SAMPLES, Key, make_key, steps_of
from inference.tutoring.leaks import leaks, secret_of

CHANGES: tuple[Change, ...] = ("numbers", "condition", "numbers", "numbers")  # one text for each, until one is kept
TEMPERATURE, TOP_P = 0.8, 0.95  # as `training.pipeline.evolve` writes problems
LONGEST_ANSWER = 200  # characters: a longer one is no answer that a student types


@dataclass(frozen=True, slots=True)
class Variant:
    """A new problem with its answer, which `count` solutions came to; `first_step` of one of them, "" where none can be shown."""

    question: str
    answer: str
    count: int
    first_step: str


async def write_variant(
    question: str,
    answer: str,
    *,
    engine: Engine,
    sandbox: Sandbox,
    language: Language,
    had: Sequence[str] = (),
    samples: int = SAMPLES,
    budget: Budget | None = None,
    seed: int = 0,
) -> Variant | None:
    """A problem like `question`, whose answer is `answer` ("": not known), but near none of `had`; None where no text passed the checks.

    Each text is solved `samples` times in words and as often with Python. That all agree does not say that the problem makes sense.
    Raises `EngineError` and `SandboxError`.
    """
    taken = [question, *had]
    for number, change in enumerate(CHANGES):
        own_seed = seed_from(seed, number)
        try:
            text = rewriting.read(await _reply(rewriting.prompt(change, question, language=language), engine, own_seed), language)
        except Refused:
            continue
        if await asyncio.to_thread(is_repeated, text, taken):
            continue
        taken.append(text)
        key = await make_key(text, engine=engine, sandbox=sandbox, language=language, budget=budget, samples=samples, seed=own_seed)
        if is_sound(key, samples) and _is_answerable(key.answer, answer):
            return Variant(text, key.answer, key.count, await asyncio.to_thread(_first_step, text, key))
    return None


async def _reply(prompt: str, engine: Engine, seed: int) -> str:
    """What the model writes. Raises `Refused` where it came to no end, and `EngineError`."""
    sampling = Sampling(max_tokens=rewriting.TOKENS, temperature=TEMPERATURE, top_p=TOP_P, stop=rewriting.STOP, seed=seed)
    reply, finish = await continued(engine, prompt, sampling)
    if finish != "stop":
        raise Refused("cut off")
    return reply


def is_sound(key: Key, samples: int) -> bool:
    """Whether all complete solutions agree, more of them than there are of one kind, and a program's result is the answer.

    Of each kind the last may have been dropped: once a majority is settled it is not written to its end.
    """
    return key.checked and samples < key.count == key.agreeing


def _is_answerable(answer: str, parent: str) -> bool:
    """Whether a student can type it, and it is sensible beside the parent's."""
    return len(answer) <= LONGEST_ANSWER and rewriting.is_sensible(answer, parent)


def _first_step(question: str, key: Key) -> str:
    """Of the worked solution; "" where it comes to the answer, as the only step does."""
    steps = steps_of(question, key.solution)
    return steps[0].text if len(steps) > 1 and not leaks(steps[0].text, secret_of(key.answer, question)) else ""
