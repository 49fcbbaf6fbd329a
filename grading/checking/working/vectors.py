"""Calculations with vectors in coordinates: `2a - b = (2, 4) - (3, 4) = (-1, 0)`, `a·b = 1×3 + 2×4`, `|AB| = √(3² + 4²)`.

What a vector equation says is written out for each of its components, `2*1-3 = 2-3`, and checked as any calculation.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from grading.checking.reasons import Reason
from grading.checking.text import half_width
from grading.checking.working import findings
from grading.checking.working.arithmetic import Equality, compare_numbers
from grading.checking.working.claims import find_chains
from grading.checking.working.findings import Finding, Truth

MOST_COMPONENTS = 6
MOST_SIDES = 12
LONGEST = 300  # characters within brackets
COLUMN = re.compile(r"\\begin\{[pb]matrix\}((?:(?!\\end\{)[^&])+)\\end\{[pb]matrix\}")
ARROW = re.compile(r"\\(?:vec|overrightarrow|mathbf|boldsymbol|bm)\s*(?:\{\s*([A-Za-z]{1,2})\s*\}|([A-Za-z])(?![A-Za-z]))|([A-Za-z])\u20d7")
FIGURE = re.compile(r"\[asy\].*?(?:\[/asy\]|\Z)|\A.*\[/asy\]", re.DOTALL)  # drawn, not to scale
SIGNS = str.maketrans({"⋅": "·", "−": "-", "–": "-", "‖": "|", "∥": "|"})
SPELLINGS = ((",\\!", ""), (r"\cdot", "·"), (r"\left", ""), (r"\right", ""), (r"\lvert", "|"), (r"\rvert", "|"), (r"\|", "|"), ("$", " "))
SPLITS = re.compile(
    r"[;。；\n⇒∴∵→]|=>|[\u3400-\u9fff]+|(?<![A-Za-z\\])(?!sqrt|pi(?![a-z]))(?:[a-z]{2,}|[A-Z][a-z]+|[A-Z]{3,})(?![A-Za-z])|[.:](?!\d)"
)
NAME = re.compile(r"(?<![A-Za-z\\_])([A-Z]{2}|[A-Za-z])(?:\u20d7|(?![A-Za-z_'(]))")
POINT = re.compile(r"(?<![A-Za-z\\_])([A-Z])\s*(?=\()")
LETTERS = re.compile(r"(?!\\?sqrt|\\[dt]?frac|\\?pi(?![a-z])|\\times)(?<![A-Za-z\\])\\?[A-Za-z]")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
THOUSANDS = re.compile(r"\s*-?\d{1,3}(?:,\d{3})+\s*")

FACTOR = r"(?:\d+(?:\.\d+)?(?:/\d+)?|\\[dt]?frac\{\d+\}\{\d+\}|\(-?\d+(?:/\d+)?\))"
TERM = rf"(?:{FACTOR}[*·×]?)?V(?:/\d+)?"
COMBINED = re.compile(rf"[-+]?{TERM}(?:[-+]{TERM})*")
TIMES = re.compile(rf"({FACTOR})[*·×]?(?=V)")
PRODUCT = re.compile(r"V·V")
LENGTH = re.compile(rf"\|({COMBINED.pattern})\|")
PLAIN = re.compile(r"[^V|=,A-Za-z]*(?:(?:\\?sqrt|\\[dt]?frac|\\times)[^V|=,A-Za-z]*)*")

type Components = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """One side of an equation, written out: a `vector`'s components, or the one calculation of a number. `name` is its letter where it is
    nothing else; `by_name`: a letter stands in it for a vector. `is_open`: it may be of lengths, AB + BC, or of areas, A + B."""

    components: Components
    vector: bool
    name: str = ""
    by_name: bool = False
    is_open: bool = False


class Vectors:
    """What is known of vectors and points, and what the steps say of them."""

    def __init__(self, problem: str) -> None:
        self._known: dict[str, Components] = {}
        self._given: frozenset[str] = frozenset()
        self._is_off = False
        for _ in self.check(problem):
            pass
        self._given = frozenset(self._known)
        self._is_off = False

    def check(self, text: str) -> Iterator[Finding]:
        for part in _parts(text):
            self._note_points(part)
            sides = [self._side(side) for side in part.split("=")] if part.count("=") < MOST_SIDES else []
            yield from self._compared(sides, text)
            self._note(sides)

    def _compared(self, sides: Sequence[Written | None], text: str) -> Iterator[Finding]:
        for one, other in pairwise(sides):
            if one is None or other is None or one.vector != other.vector or len(one.components) != len(other.components):
                continue
            is_of_vectors = one.vector or one.by_name or other.by_name
            if is_of_vectors and not (one.is_open and (other.is_open or not one.vector)) and not self._is_named_anew(one):
                yield from self._judged(one, other, text)

    def _is_named_anew(self, side: Written) -> bool:
        """A letter of the working's own, which may stand for something else by now; or a point, whose image may be called the same."""
        if self._between_points(side.name):
            return False
        return bool(side.name) and (side.name not in self._given or side.name.isupper())

    def _judged(self, one: Written, other: Written, text: str) -> Iterator[Finding]:
        pairs = list(zip(one.components, other.components, strict=True))
        truths = [_truth(left, right, text) for left, right in pairs]
        if Equality.WRONG in truths and self._is_off and (one.by_name or other.by_name):
            yield Finding(Truth.CARRIED, Reason(findings.CARRIED))
        elif Equality.WRONG in truths:
            self._is_off = True
            left, right = map(_unbracketed, pairs[truths.index(Equality.WRONG)])
            yield Finding(Truth.WRONG, Reason(findings.UNEQUAL, {"left": left, "right": right}))
        elif set(truths) == {Equality.RIGHT}:
            yield Finding(Truth.RIGHT, Reason(findings.CALCULATED))

    # --- What is known

    def _note_points(self, part: str) -> None:
        """`A(1, 2)`, which no equals sign goes on from: `C(5, 2) = 10` counts."""
        for found in POINT.finditer(part):
            end = _closing(part, found.end())
            components = _components(part[found.end() : end])
            if components and not part[end:].lstrip().startswith("="):
                self._known[found[1]] = components

    def _note(self, sides: Sequence[Written | None]) -> None:
        """`a = (1, 2)`: the first side that is a letter alone, as the first one behind it that is written out."""
        first = sides[0] if sides else None
        other = next((side for side in sides[1:] if side is not None and side.vector), None)
        if first is not None and first.name and other is not None and first.name not in self._given:
            self._known[first.name] = other.components

    def _between_points(self, name: str) -> Components | None:
        """AB, from A to B."""
        ends = [self._known.get(letter, ()) for letter in name] if len(name) == 2 else []
        if not all(ends) or len(set(map(len, ends))) != 1:
            return None
        return tuple(f"{_bracketed(end)}-{_bracketed(start)}" for start, end in zip(*ends, strict=True))

    # --- Reading

    def _side(self, text: str) -> Written | None:
        """A side as it is written out; None where it is neither a combination of known vectors nor a calculation."""
        skeleton, found = self._skeleton(re.sub(r"\s+", "", text))
        vectors = [components for _, components in found]
        if not found:
            if NAME.fullmatch(skeleton):
                return Written((), vector=True, name=skeleton.rstrip("\u20d7"))
            return Written((skeleton,), vector=False) if skeleton and PLAIN.fullmatch(skeleton) else None
        if len(set(map(len, vectors))) != 1:
            return None
        names = [name for name, _ in found if name]
        is_open = any(map(str.isupper, names)) and all(name and not name.endswith("\u20d7") for name, _ in found)
        if COMBINED.fullmatch(skeleton):
            alone = names[0].rstrip("\u20d7") if skeleton == "V" and names else ""
            return Written(_filled(skeleton, vectors), vector=True, name=alone, by_name=bool(names), is_open=is_open)
        if PRODUCT.fullmatch(skeleton):
            product = "+".join(f"{_bracketed(one)}*{_bracketed(other)}" for one, other in zip(*vectors, strict=True))
            return Written((product,), vector=False, by_name=True, is_open=is_open)
        if length := LENGTH.fullmatch(skeleton):
            squares = "+".join(f"({component})^2" for component in _filled(length[1], vectors))
            return Written((f"sqrt({squares})",), vector=False, by_name=True)
        return None

    def _skeleton(self, text: str) -> tuple[str, list[tuple[str, Components]]]:
        """The text with `V` for each vector, and these: a letter's with its name."""
        skeleton, found, at = "", [], 0
        while at < len(text):
            name = NAME.match(text, at)
            known = (self._between_points(name[1]) or self._known.get(name[1])) if name else None
            end = _closing(text, at) if text[at] == "(" and not skeleton[-1:].isalpha() else at
            components = known or (_components(text[at:end]) if end > at else ())
            if not components:
                skeleton, at = skeleton + text[at], at + 1
                continue
            found.append((name[0] if name else "", components))
            skeleton, at = skeleton + "V", name.end() if name else end
        return skeleton, found


def _parts(text: str) -> Iterator[str]:
    """The text without its words, at commas that are within no brackets."""
    text = FIGURE.sub(" ", half_width(text).translate(SIGNS))
    text = ARROW.sub(lambda name: f"{next(filter(None, name.groups()))}\u20d7", text)
    text = COLUMN.sub(lambda column: f"({','.join(column[1].replace(chr(92) * 2, ',').split(','))})", text)
    for spelling, sign in SPELLINGS:
        text = text.replace(spelling, sign)
    for part in SPLITS.split(text):
        yield from _at_commas(part)


def _at_commas(text: str) -> Iterator[str]:
    """What stands between those that are within no brackets; a bracket too many, as of the label `1)`, closes nothing."""
    depth, start = 0, 0
    for at, char in enumerate(text):
        depth = max(depth + (char in "({") - (char in ")}"), 0)
        if char == "," and not depth:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _closing(text: str, start: int) -> int:
    """Behind the bracket that closes the one at `start`; `start` where there is none."""
    depth = 0
    for at in range(start, min(start + LONGEST, len(text))):
        depth += (text[at] == "(") - (text[at] == ")")
        if not depth:
            return at + 1
    return start


def _components(text: str) -> Components:
    """Of `(1 + 3, 2)`; nothing where it has unknowns, or is a large number, `(1,500)`."""
    inside = text[1:-1]
    if THOUSANDS.fullmatch(inside) or LETTERS.search(inside):
        return ()
    parts = tuple(part.strip() for part in _at_commas(inside) if part)
    return parts if 1 < len(parts) <= MOST_COMPONENTS and all(parts) else ()


def _truth(left: str, right: str, text: str) -> Equality:
    """Of one component. The factor makes a calculation of a number, `-4 = 4`, which would be taken for a fact that is stated."""
    chains = find_chains(f"1*{_bracketed(left)} = {right}", frozenset())
    compared = [comparison.truth for chain in chains for comparison in compare_numbers(chain, text)]
    return compared[0] if len(compared) == 1 else Equality.NONE


def _filled(skeleton: str, vectors: Sequence[Components]) -> Components:
    """The skeleton for each component."""
    pieces = TIMES.sub(r"\1*", skeleton).split("V")
    return tuple(
        "".join(piece + _bracketed(part) for piece, part in zip(pieces, parts, strict=False)) + pieces[-1]
        for parts in zip(*vectors, strict=True)
    )


def _bracketed(text: str) -> str:
    return text if NUMBER.fullmatch(text) or _is_bracketed(text) else f"({text})"


def _unbracketed(text: str) -> str:
    return text[1:-1] if _is_bracketed(text) else text


def _is_bracketed(text: str) -> bool:
    return text.startswith("(") and _closing(text, 0) == len(text)
