"""Another try where a solution's answer is surely wrong, or where it came to none because the model repeated itself."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from inference.events import CandidateEvent, Done, Event, GivenUp, Started

FEWEST_TOKENS = 256  # for another try; with fewer hardly any solution comes to its end


class Try(Protocol):
    def write(self) -> AsyncGenerator[Started | CandidateEvent]: ...


async def tried(begin: Callable[[int, int], Try], *, tries: int, tokens: int) -> AsyncGenerator[Event]:
    """The events of one try after another, until one stands; `begin(number, spent)` makes each, when so many tokens are spent already.
    Together they have `tokens`, so that a solution which used them up is not tried again. Done comes once, of the last try, with the tokens
    and the seconds of all.
    """
    spent, seconds, given_up = 0, 0.0, None
    for number in range(tries):
        async with aclosing(begin(number, spent).write()) as events:
            async for event in events:
                if isinstance(event, Started):
                    yield replace(event, given_up=given_up)
                elif not isinstance(event, Done):
                    yield event
                else:
                    spent, seconds = spent + event.tokens, seconds + event.seconds
                    given_up = _why_given_up(event)
                    if given_up is None or number + 1 == tries or tokens - spent < FEWEST_TOKENS:
                        yield replace(event, tokens=spent, seconds=seconds)
                        return


def _why_given_up(done: Done) -> GivenUp | None:
    if done.refuted:
        return "refuted"
    return "repeats" if done.answer is None and done.finish == "length" else None
