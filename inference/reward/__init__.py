"""What a reward model says of solutions: a score for each response, or a score for each step.

`RewardScorer` is the one protocol. `torch` keeps it in this process (the extra `train`), `vllm` over a vLLM server;
`opening` picks one.

    RewardError
     ├── RewardUnavailable   not reachable, overloaded, too slow; worth trying again
     │    └── RewardLoading  the model is still being loaded
     ├── RewardRefused       will be refused again: no reward model, a broken checkpoint, a bad key, garbage for an answer
     └── ResponseTooLong     one response does not fit the model; nothing is ever cut short without a word
"""

from collections.abc import Sequence
from typing import Protocol

from inference.loading import Loading


class RewardError(Exception):
    """There is no score. The message is one line, fit to show an administrator."""


class RewardUnavailable(RewardError):
    """The scorer is not there now: down, overloaded, cut off or too slow."""


class RewardLoading(RewardUnavailable, Loading):
    """The model is being loaded; worth waiting for."""


class RewardRefused(RewardError):
    """The scorer cannot do this, and will say so again."""


class ResponseTooLong(RewardError):
    """The response at `index` makes a text of `tokens` tokens (None: nobody says how many) with its problem; the model reads `limit`."""

    def __init__(self, index: int, tokens: int | None, limit: int) -> None:
        many = "too many" if tokens is None else tokens
        super().__init__(f"Response {index} has {many} tokens with its problem; the reward model reads {limit}.")
        self.index = index
        self.tokens = tokens
        self.limit = limit


class RewardScorer(Protocol):
    """A reward model that many callers share. All methods belong to one event loop."""

    @property
    def model(self) -> str:
        """The model's name, as an administrator knows it."""

    async def ready(self) -> None:
        """Return if responses could be scored now, raise `RewardError` if not (`RewardLoading` while a model loads)."""

    async def score(self, problem: str, responses: Sequence[str], *, prompt: str | None = None) -> list[float]:
        """One score a response: finite, higher is better, only comparable within a model. A score is not a probability.

        `prompt` is the raw text that the responses continued, for scorers that judge a text exactly as it was generated; others
        ignore it. Raises `RewardError`, and then no response has a score.
        """

    async def score_steps(self, problem: str, steps: Sequence[str]) -> list[float]:
        """One number in [0, 1] a step of one solution: how good the process reward model takes the solution to be up to there.

        Raises `RewardError`: `RewardRefused` where the model scores no steps; the index of `ResponseTooLong` is 0.
        """

    async def close(self) -> None:
        """Give the memory and connections back. What is under way fails with `RewardUnavailable`."""
