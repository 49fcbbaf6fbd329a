"""Where a checkpoint lies: a folder, or a name on the Hugging Face hub, whose files are fetched once. Needs the extra `train`."""

from pathlib import Path

import httpx
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError, RevisionNotFoundError

from inference.replies import one_line
from inference.reward import RewardRefused, RewardUnavailable

_DATA = ["*.json", "*.safetensors", "*.txt", "*.jinja", "*.model"]  # weights, settings, tokenizer; no code, no pickles


def find(source: str | Path) -> Path:
    """The folder of the checkpoint `source`, downloaded into the hub's cache if it is a name.

    Without a network, what is in the cache serves. Raises `RewardRefused` where there is no such folder or repository, `RewardUnavailable`
    where it cannot be had now.
    """
    if Path(source).is_dir():
        return Path(source)
    if isinstance(source, Path) or source.startswith(("/", ".", "~")):
        raise RewardRefused(f"There is no folder {source}.")
    try:
        return Path(snapshot_download(source, allow_patterns=_DATA))
    except (HFValidationError, RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise RewardRefused(f"{source} is neither a folder nor a model that the hub gives: {one_line(str(error))}") from error
    except (httpx.HTTPError, OSError) as error:
        raise RewardUnavailable(f"{source} cannot be downloaded: {one_line(str(error)) or type(error).__name__}") from error
