"""What the embedded engine's model holds of a solution: its residual stream at a token that is put behind the text.

The model is taken in the form in which the engine loads it, and run directly: a problem's prompt once, then its solutions side by side,
each with every ending.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inference.engines.openvino_library import genai, ov
from inference.engines.openvino_model import MODEL, layer_output, prepared

Features = npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Ending:
    """What is put behind a solution: a text, and the one token at which features are read."""

    suffix: str
    token: str


class Reader:
    """`read` gives (endings, layers, solutions, size) features. One at a time; takes 3 GB for the default model."""

    def __init__(self, gguf: Path, layers: Sequence[int], endings: Sequence[Ending]) -> None:
        model = ov.Core().read_model(prepared(gguf) / MODEL)
        outputs = [layer_output(model, layer) for layer in layers]
        model.remove_result(model.get_results()[0])
        model.add_outputs(outputs)
        self._layers = range(len(outputs))
        self._request = ov.Core().compile_model(model, "CPU", {"PERFORMANCE_HINT": "LATENCY"}).create_infer_request()
        self._tokenizer = genai.Tokenizer(str(gguf))
        self._endings = [self.tokens(ending.suffix + ending.token) for ending in endings]

    def tokens(self, text: str) -> list[int]:
        return [int(token) for token in self._tokenizer.encode(text, add_special_tokens=False).input_ids.data[0]]

    def read(self, prompt: str, solutions: Sequence[str]) -> Features:
        begun, texts = self.tokens(prompt), [self.tokens(solution) for solution in solutions]
        self._request.reset_state()
        self._run([begun], [[1] * len(begun)], [list(range(len(begun)))], [0])
        longest = max(map(len, texts))
        filled = [text + [0] * (longest - len(text)) for text in texts]
        mask = [[1] * (len(begun) + len(text)) + [0] * (longest - len(text)) for text in texts]
        starts = [len(begun) + len(text) for text in texts]
        self._run(filled, mask, [[len(begun) + at for at in range(longest)]] * len(texts), [0] * len(texts))
        kept = [(state, ov.Tensor(np.array(state.state.data, copy=True))) for state in self._request.query_state()]
        return np.stack([self._ended(ending, mask, starts, kept) for ending in self._endings])

    def _ended(self, ending: list[int], mask: list[list[int]], starts: list[int], kept: list[tuple[Any, ov.Tensor]]) -> Features:
        for state, value in kept:
            state.state = value
        positions = [[start + at for at in range(len(ending))] for start in starts]
        self._run([ending] * len(starts), [row + [1] * len(ending) for row in mask], positions, list(range(len(starts))))
        found = [np.array(self._request.get_output_tensor(layer).data)[:, -1] for layer in self._layers]
        return np.stack(found).astype(np.float16)

    def _run(self, ids: list[list[int]], mask: list[list[int]], positions: list[list[int]], beams: list[int]) -> None:
        self._request.infer(
            {
                "input_ids": np.array(ids, np.int64),
                "attention_mask": np.array(mask, np.int64),
                "position_ids": np.array(positions, np.int64),
                "beam_idx": np.array(beams, np.int32),
            }
        )
