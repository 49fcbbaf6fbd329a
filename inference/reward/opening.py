"""Picks the reward model that a place is configured for."""

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from inference.reward import RewardLoading, RewardRefused, RewardScorer
from inference.reward.forms import CHATML, read
from inference.reward.vllm import VllmScorer

if TYPE_CHECKING:
    from inference.reward.model import Precision

_POLL_SECONDS = 0.25


def open_scorer(*, url: str = "", model: str = "", api_key: str = "", precision: "Precision" = "auto", context: int = 4096) -> RewardScorer:
    """The vLLM server at `url`, or, where there is no url, the checkpoint `model` in this process, a folder or a name on the hub.

    With a url `model` is the server's name for it, "" its first. vLLM names a model as it was told to find it; where that is a folder on
    this machine too, its card and chat template say what text is judged, which is ChatML for the released models otherwise.
    `precision` and `context` (tokens of a problem with a response, never above what the model was trained for) are for this process.
    Returns at once; `ready` says when responses can be scored. Raises `RewardError` where they never can.
    """
    if url:
        return VllmScorer(url, model=model, api_key=api_key, form=read(Path(model)) if model and Path(model).is_dir() else CHATML)
    if not model:
        raise RewardRefused("There is neither a reward model's address nor a checkpoint.")
    try:
        from inference.reward.torch import TorchScorer, open_judge
    except ModuleNotFoundError as error:
        raise RewardRefused(
            f"To run a reward model here needs {error.name} (`scripts/uv sync --extra train`); vLLM serves one, too."
        ) from error
    return TorchScorer(model, partial(open_judge, model, precision=precision, context=context))


async def wait_until_ready(scorer: RewardScorer, seconds: float) -> None:
    """Wait while a model loads, at most `seconds`. Raises what `ready` raises for any other reason."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            return await scorer.ready()
        except RewardLoading:
            if asyncio.get_running_loop().time() >= end:
                raise
        await asyncio.sleep(_POLL_SECONDS)
