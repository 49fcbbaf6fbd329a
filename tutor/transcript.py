"""A turn's log as Markdown, piece by piece: prose, code in fences, its output in fences."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from tutor.eventlog import FINAL, Entry

CHARACTERS = 4  # of a token, about
REFUTED = _("This answer does not fit the problem: put in or calculated again, it is wrong or not complete. Do not rely on this solution.")
AGAIN = "\n\n---\n\n"  # what stands above is given up: the worker was lost, or the solution cannot stand
GIVEN_UP = {
    "refuted": _("The first answer did not fit the problem. This is another try."),
    "repeats": _("The first try said the same again and again. This is another one."),
}


class Transcript:
    """Of `several` candidates nothing is shown until one is picked; then that one as a whole."""

    def __init__(self, *, several: bool = False) -> None:
        self.tokens = 0  # about, until the end tells
        self._several = several
        self._texts: dict[int, str] = {}
        self._inside: set[int] = set()  # candidates in the middle of a block of code
        self._shown = False

    def take(self, entry: Entry) -> str:
        """What the entry adds to what can be shown."""
        kind, data = entry["kind"], entry["data"]
        if kind == "started":
            given_up = self._closed(0) + AGAIN if self._shown else ""
            self._texts, self._inside = {}, set()
            return given_up
        if kind == "done" and self._several:
            return self.of(data["candidate"])
        text = self._text(kind, data)
        if not text:
            return ""
        number = data.get("candidate", 0)
        self._texts[number] = self._texts.get(number, "") + text
        self._shown = not self._several
        return "" if self._several else text

    def of(self, number: int) -> str:
        """One candidate, as far as it came."""
        return self._texts.get(number, "") + self._closed(number)

    def _text(self, kind: str, data: dict[str, Any]) -> str:
        if kind == "token":
            self.tokens += -(-len(data["text"]) // CHARACTERS)
            return f"{self._turned(data)}{data['text']}"
        if kind == "code":
            return self._closed(data["candidate"]) or fenced("python", data["code"])
        if kind == "output":
            printed = "\n".join(part for part in (data["text"].rstrip(), data["error"]) if part)
            return f"\n{fenced('output', printed)}\n" if printed else "\n"
        return self._closed(data.get("candidate", 0)) if kind in FINAL else ""

    def _turned(self, data: dict[str, Any]) -> str:
        """The fence, where a block of code begins with this piece, or was cut before it. What is streamed as code has no fence in it."""
        number = data["candidate"]
        if data["part"] != "code":
            return self._closed(number)
        if number in self._inside:
            return ""
        self._inside.add(number)
        return "```python\n"

    def _closed(self, number: int) -> str:
        """The end of the candidate's block, where one is open."""
        if number not in self._inside:
            return ""
        self._inside.remove(number)
        return "\n```\n"


def fenced(language: str, text: str) -> str:
    """A block whose fence is longer than any run of backticks in it, so that nothing in it ends the block."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}{language}\n{text}\n{fence}\n"
