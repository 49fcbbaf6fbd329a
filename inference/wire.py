"""How Python is written into an assistant message, and how a stream is split into prose and code.

Two formats: "fence", which the released models write (```` ```python ```` blocks, answered by ```` ```output ````), and "tool"
(`<tool>python … </tool>`, answered by `<output> … </output>`).
"""

import re
import textwrap
from dataclasses import dataclass
from typing import Literal

from inference.events import Part

Piece = tuple[Part, str]
WireName = Literal["fence", "tool"]

LONGEST_OPENER = 24  # characters; what is longer is prose
MARKERS = ("```", "<tool>", "</tool>", "<output>", "</output>")
LEADING_BLANK = re.compile(r"\A(?:\s*\n|[ \t]+)")


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of an assistant message; `own` is what the model wrote, the rest came from the executor."""

    text: str
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One way to write code and its output. The model is stopped at `stop`, where it would make an output up."""

    name: WireName
    explained: str  # what the system prompt says of it; "" for the format that models know by themselves
    opening: str
    start: str  # what every opener begins with
    opener: re.Pattern[str]
    unfinished: re.Pattern[str]  # what can still become an opener
    end: str
    end_on_own_line: bool
    before_output: str
    after_output: str
    stop: tuple[str, ...]

    def output(self, text: str) -> str:
        """What the executor printed, as it is appended to the message. It can neither close its own block nor open another."""
        for mark in MARKERS:
            text = text.replace(mark, f"{mark[0]} {mark[1:]}")
        return f"\n{self.before_output}\n{text.strip() or '(nothing was printed)'}\n{self.after_output}\n"

    def segments(self, message: str) -> list[Segment]:
        """`message` cut into what the model wrote and what `output` put between; joined, they are the message again."""
        output = re.escape(f"\n{self.before_output}\n") + ".*?" + re.escape(f"\n{self.after_output}") + r"(?:\n|\Z)"
        found, segments = re.finditer(f"(?<={re.escape(self.end)}){output}", message, re.DOTALL), []
        start = 0
        for match in found:
            segments += [Segment(message[start : match.start()], own=True), Segment(match[0], own=False)]
            start = match.end()
        return [*segments, Segment(message[start:], own=True)]


FENCE = Wire(
    name="fence",
    explained="",
    opening="```python\n",
    start="```",
    opener=re.compile(r"```[ \t]*(?:python3?|py)[ \t]*\r?(?=\n)", re.IGNORECASE),
    unfinished=re.compile(r"```[ \t]*\w*[ \t]*\r?"),
    end="```",
    end_on_own_line=True,
    before_output="```output",
    after_output="```",
    stop=("```output",),
)
TOOL = Wire(
    name="tool",
    explained="Write a program as <tool>python, the code, </tool>; it is run at once, and what it prints follows as <output> … </output>.",
    opening="<tool>python\n",
    start="<tool>",
    opener=re.compile(r"<tool>\s*python(?=\s)", re.IGNORECASE),
    unfinished=re.compile(r"<tool>\s*\w*"),
    end="</tool>",
    end_on_own_line=False,
    before_output="<output>",
    after_output="</output>",
    stop=("<output>",),
)
WIRES: dict[WireName, Wire] = {"fence": FENCE, "tool": TOOL}


class Splitter:
    """Splits one continuation, as it streams, into prose and the inside of the first Python block (or goes on `inside` of one).

    A marker is never passed on, wherever the stream is cut. `code` is None until the block is complete. `raw` is the text as
    written, up to and with the block's closing marker; what the model wrote after that is dropped. Where all is to be `prose`, it ends
    before the block: `code` is then "".
    """

    def __init__(self, wire: Wire, *, inside: bool = False, prose: bool = False) -> None:
        self.wire = wire
        self.prose = prose
        self.raw = ""
        self.code: str | None = None
        self._inside = inside
        self._block = ""  # the code so far
        self._held = ""  # read and not passed on: it may be the beginning of a marker

    @property
    def open(self) -> bool:
        """Whether the text ends, so far, in the middle of a block."""
        return self._inside and self.code is None

    def feed(self, text: str) -> list[Piece]:
        """Take in new text; return what can be shown now."""
        if self.code is not None:
            return []
        self._held += text
        pieces: list[Piece] = []
        if not self._inside:
            pieces.append(("text", self._read_prose()))
        if self._inside:
            pieces.append(("code", self._read_code()))
        return [piece for piece in pieces if piece[1]]

    def finish(self, *, complete: bool) -> list[Piece]:
        """The text has ended. A block left open at the end of a `complete` message counts as closed; one that a limit cut does not."""
        if self.code is not None:
            return []
        rest = self._take(len(self._held))
        if not self._inside:
            return [("text", rest)] if rest else []
        rest = self._add_to_block(rest)
        if complete:
            self.raw = f"{self.raw.rstrip()}\n{self.wire.end}"
            self._close()
        return [("code", rest)] if rest else []

    def _read_prose(self) -> str:
        prose = ""
        while (at := _find(self._held, self.wire.start)) < len(self._held):
            prose += self._take(at)
            if opener := self.wire.opener.match(self._held):
                if self.prose:
                    self._held, self.code = "", ""
                    return prose
                self._take(opener.end())
                self._inside = True
                return prose
            if self._may_open():
                return prose
            prose += self._take(1)
        return prose + self._take(at)

    def _may_open(self) -> bool:
        held = self._held
        return self.wire.start.startswith(held) or (len(held) < LONGEST_OPENER and self.wire.unfinished.fullmatch(held) is not None)

    def _read_code(self) -> str:
        closer = self._find_closer()
        if closer is None:
            certain = self._held[: _find(self._held, self.wire.end, partial_only=True)].rstrip()
            return self._add_to_block(self._take(len(certain)))
        code = self._add_to_block(self._take(closer).rstrip())
        self._take(len(self.wire.end))
        self._held = ""
        self._close()
        return code

    def _find_closer(self) -> int | None:
        at = self._held.find(self.wire.end)
        while at >= 0:
            before = self._held[:at].rstrip(" \t")
            if not self.wire.end_on_own_line or before.endswith("\n"):
                return at
            at = self._held.find(self.wire.end, at + 1)
        return None

    def _add_to_block(self, code: str) -> str:
        if not self._block:
            code = LEADING_BLANK.sub("", code)
        self._block += code
        return code

    def _close(self) -> None:
        self.code = textwrap.dedent(self._block).rstrip()

    def _take(self, length: int) -> str:
        taken, self._held = self._held[:length], self._held[length:]
        self.raw += taken
        return taken


def _find(text: str, mark: str, *, partial_only: bool = False) -> int:
    """Where `mark`, or at the end of `text` a beginning of it, starts; the length of `text` where there is none."""
    if not partial_only and (at := text.find(mark)) >= 0:
        return at
    return next((len(text) - size for size in range(len(mark) - 1, 0, -1) if text.endswith(mark[:size])), len(text))
