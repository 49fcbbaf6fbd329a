"""Where a program wants a message to end: before the first of its `stop` sequences. The text comes in pieces, and one may begin within a
sequence."""

from collections.abc import Sequence


class Stops:
    """Passes a text on, without what might be the beginning of a sequence; that is held back until it is known."""

    def __init__(self, sequences: Sequence[str]) -> None:
        self.found = False
        self._sequences = sequences
        self._held = ""

    def take(self, piece: str) -> str:
        """What can be sent now. Once a sequence is `found`, that was the last of it."""
        text = self._held + piece
        places = [at for sequence in self._sequences if (at := text.find(sequence)) >= 0]
        if places:
            self.found, self._held = True, ""
            return text[: min(places)]
        begun = max((_begun(sequence, text) for sequence in self._sequences), default=0)
        self._held = text[len(text) - begun :]
        return text[: len(text) - begun]

    def rest(self) -> str:
        """What was held back, at the end of the text."""
        return "" if self.found else self._held


def _begun(sequence: str, text: str) -> int:
    """How many characters of the sequence the text ends with."""
    longest = min(len(sequence) - 1, len(text))
    return next((length for length in range(longest, 0, -1) if text.endswith(sequence[:length])), 0)
