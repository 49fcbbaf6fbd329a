"""Text in: whole characters only. From tokens to text while they come: whole characters only, and never a stop string."""

import codecs
from collections.abc import Iterable, Mapping

from inference.engines import EngineRefused


def check_text(prompt: str) -> None:
    """Raises `EngineRefused` for half a character beyond U+FFFF: no tokenizer can read it, and OpenVINO's would end its process."""
    try:
        prompt.encode()
    except UnicodeEncodeError as error:
        raise EngineRefused(f"The prompt is no Unicode text: it has half a character at {error.start}.") from error


class Detokenizer:
    """Joins the bytes of byte-level tokens into text, in time proportional to the new tokens.

    A character whose bytes are spread over several tokens comes out with the last of them. Bytes that can be no UTF-8
    come out as U+FFFD; a character that generation cut off in its middle does not come out at all.
    """

    def __init__(self, vocabulary: Mapping[int, bytes]) -> None:
        self._vocabulary = vocabulary
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, tokens: Iterable[int]) -> str:
        return self._decoder.decode(b"".join(self._vocabulary.get(token, b"") for token in tokens))


class StopFilter:
    """Passes text on up to the first stop string; `stopped` says that it has come.

    What may be the beginning of a stop string is held back until it is known not to be one.
    """

    def __init__(self, stops: Iterable[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._held = ""
        self.stopped = False

    def feed(self, text: str) -> str:
        """The part of the text so far that can be shown now."""
        text = self._held + text
        found = [position for stop in self._stops if (position := text.find(stop)) >= 0]
        if found:
            self.stopped = True
            self._held = ""
            return text[: min(found)]
        kept = max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - kept :]
        return text[: len(text) - kept]

    def flush(self) -> str:
        """What was held back, once no more text comes."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that begins `stop` without completing it."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0
