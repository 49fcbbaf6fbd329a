"""A turn's log as Markdown, piece by piece: prose, code in fences, its output in fences."""

from typing import Any

from tutor.eventlog import Entry

CHARACTERS = 4  # of a token, about
AGAIN = "\n\n---\n\n"  # the worker was lost: what stands above is given up


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
            self._texts, self._inside = {}, set()
            return AGAIN if self._shown else ""
        if kind == "done" and self._several:
            return self._texts.get(data["candidate"], "")
        text = self._text(kind, data)
        if not text:
            return ""
        number = data["candidate"]
        self._texts[number] = self._texts.get(number, "") + text
        self._shown = not self._several
        return "" if self._several else text

    def _text(self, kind: str, data: dict[str, Any]) -> str:
        if kind == "token":
            self.tokens += -(-len(data["text"]) // CHARACTERS)
            return f"{self._opened(data)}{data['text']}"
        if kind == "code":
            streamed = data["candidate"] in self._inside
            self._inside.discard(data["candidate"])
            return "\n```\n" if streamed else f"```python\n{data['code']}\n```\n"
        if kind == "output":
            printed = "\n".join(part for part in (data["text"].rstrip(), data["error"]) if part)
            return f"\n```output\n{printed}\n```\n\n" if printed else "\n"
        return ""

    def _opened(self, data: dict[str, Any]) -> str:
        """The fence, where a block of code begins with this piece."""
        number = data["candidate"]
        if data["part"] != "code" or number in self._inside:
            return ""
        self._inside.add(number)
        return "```python\n"
