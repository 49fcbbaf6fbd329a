"""Picks the reward model that a place is configured for."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from inference.reward import RewardRefused, RewardScorer
from inference.reward.forms import CHATML, read
from inference.reward.vllm import VllmScorer

if TYPE_CHECKING:
    from inference.reward.model import Precision


def open_scorer(
    *,
    url: str = "",
    model: str = "",
    api_key: str = "",
    path: str | Path = "",
    precision: "Precision" = "auto",
) -> RewardScorer:
    """The vLLM server at `url`, or, where there is no url, the checkpoint `path` in this process, a folder or a name on the hub.

    With a url `model` is the server's name for its model, "" its first, and `path` the folder of what it serves, where this machine has
    it: card and chat template there say what text is judged, which is ChatML for the released models otherwise. `model` stands in for
    `path` where that is not given: alone, and beside a url where it is a folder (vLLM names a model as it was told to find it).
    `precision` is for this process.
    Returns at once; `ready` says when responses can be scored. Raises `RewardError` where they never can.
    """
    path = path or (model if not url or Path(model).is_dir() else "")
    if url:
        return VllmScorer(url, model=model, api_key=api_key, form=read(Path(path)) if path else CHATML)
    if not path:
        raise RewardRefused("There is neither a reward model's address nor a checkpoint.")
    try:
        from inference.reward.torch import TorchScorer, open_judge
    except ModuleNotFoundError as error:
        raise RewardRefused(
            f"To run a reward model here needs {error.name} (`scripts/environment --extra train`); vLLM serves one, too."
        ) from error
    return TorchScorer(model or str(path), partial(open_judge, path, precision=precision))
