"""What was typed, solved and found, as Markdown that others read as the page does: formulas between dollar signs, no HTML."""

import re
from collections.abc import Callable
from typing import Any

from grading.checking.extract import FORMULA

# What Markdown would read in a line that somebody typed: `+ 5` is no point of a list.
MARKUP = re.compile(r"[*_`<~]|^(?:[#>]|[-+](?=\s|$)|[-=]+$)", re.MULTILINE)
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
TAG = re.compile(r"(?<!\\)<(?=[a-zA-Z/!?])")  # `a<b and c>d`: the page reads no HTML, and shows it
CODE = r"^[ ]*(?P<fence>`{3,})[^\n]*\n(?s:.*?)^[ ]*(?P=fence)`*$|(?<![\\`])(?P<ticks>`+)(?!`)[^\n]+?(?<!`)(?P=ticks)(?!`)"
# What the page draws as a formula (static/js/latex.js), besides what has signs around it.
BARE = (
    r"(?P<environment>\\begin\{(?P<name>(?:align|aligned|alignat|array|cases|equation|gather|gathered|smallmatrix|split|[pbvBV]?matrix)\*?)\}"
    r"(?s:.*?)\\end\{(?P=name)\})|(?P<boxed>\\boxed\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})"
)
TYPED = re.compile(f"{FORMULA.pattern}|{BARE}")
WRITTEN = re.compile(f"{CODE}|{FORMULA.pattern}|{BARE}", re.MULTILINE)
MARKS = {"checked": "✓", "agrees": "✓", "wrong": "✗", "carried": "↳", "unverified": "·"}  # of a line that was read


def typed(text: str) -> str:
    """What somebody wrote as it is, line by line: Markdown would make one line of it, and slanted letters of `2*3 + 4*5`. Formulas stay."""
    return _with_formulas(TYPED, INDENT.sub("", text), lambda words: MARKUP.sub(r"\\\g<0>", words).replace("\n", "  \n"))


def written(text: str) -> str:
    """A solution's Markdown, which has code besides, as the page reads it: without HTML."""
    return _with_formulas(WRITTEN, text, lambda words: TAG.sub(r"\\<", words))


def _with_formulas(pattern: re.Pattern[str], text: str, plain: Callable[[str], str]) -> str:
    """Formulas between dollar signs: for most that reads Markdown, `\\(` is a bracket. `plain` writes what stands between them."""
    parts, at = list[str](), 0
    for found in pattern.finditer(text):
        parts += [plain(text[at : found.start()]), _between_dollars(found)]
        at = found.end()
    return "".join([*parts, plain(text[at:])])


def _between_dollars(found: re.Match[str]) -> str:
    if line := found["round"] or found["boxed"]:
        return f"${line.strip()}$"
    display = found["square"] or found["environment"]
    return f"$${display}$$" if display else found[0]


def review(data: dict[str, Any]) -> str:
    """A student's work, line by line, with what was found."""
    read = [(MARKS[line["status"]], typed(line["text"]), typed(line["reason"])) for line in data["lines"]]
    return "\n".join(f"{number}. {mark} {text}\n   {reason}" for number, (mark, text, reason) in enumerate(read, 1))
