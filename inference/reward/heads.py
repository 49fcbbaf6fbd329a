"""Reward heads for the embedded engine: two linear layers that read what the engine's own model holds of a solution.

A head is an `.npz` file of at most a few megabytes, trained for one model file (`training/pipeline/reward_head.py`). It reads the residual
stream after one layer, at the head's own token behind the solution.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

TRAINED = Path(__file__).parent / "trained"  # the heads that Lemma comes with, each with its card
Floats = npt.NDArray[np.float32]


class BadHead(Exception):
    """The file is no reward head."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Head:
    """`h` features of layer `layer`, `m` hidden units. `carriers` are two ordinary tokens whose logits carry a score out of the graph."""

    layer: int
    token: str
    suffix: str  # between the end of a solution and the head's token
    carriers: tuple[str, str]
    mean: Floats  # (h,)
    scale: Floats  # (h,)
    w1: Floats  # (m, h)
    b1: Floats  # (m,)
    w2: Floats  # (1, m)
    b2: Floats  # (1,)

    def score(self, features: Floats) -> Floats:
        """(n, h) features to (n,) scores: w2 relu(w1 (x - mean) scale + b1) + b2."""
        hidden = np.maximum(((features - self.mean) * self.scale) @ self.w1.T + self.b1, 0)
        return np.asarray((hidden @ self.w2.T + self.b2)[:, 0], np.float32)


ARRAYS = ("mean", "scale", "w1", "b1", "w2", "b2")


def trained_head(gguf: Path) -> Path | None:
    """The head that Lemma brings for a model file; None where it has none."""
    path = TRAINED / f"{gguf.stem}.npz"
    return path if path.exists() else None


def read_head(path: Path) -> Head:
    """Raises `BadHead`."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name].astype(np.float32) for name in ARRAYS}
            token, suffix = str(file["token"]), str(file["suffix"])
            high, low = map(str, file["carriers"])
            head = Head(layer=int(file["layer"]), token=token, suffix=suffix, carriers=(high, low), **arrays)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BadHead(f"{path} is no reward head: {error}") from error
    units, size = head.w1.shape if head.w1.ndim == 2 else (0, 0)
    shapes = {"mean": (size,), "scale": (size,), "b1": (units,), "w2": (1, units), "b2": (1,)}
    if not units or any(getattr(head, name).shape != shape for name, shape in shapes.items()):
        raise BadHead(f"{path} is no reward head: its layers do not fit one another.")
    return head


def write_head(head: Head, path: Path) -> None:
    """Weights as half floats: 1.6 MB for 1,536 features and 512 units."""
    arrays: dict[str, Any] = {name: getattr(head, name).astype(np.float16) for name in ("w1", "b1", "w2", "b2")}
    arrays |= {"mean": head.mean, "scale": head.scale}
    np.savez_compressed(
        path,
        layer=np.int64(head.layer),
        carriers=np.array(head.carriers),
        token=np.array(head.token),
        suffix=np.array(head.suffix),
        **arrays,
    )
