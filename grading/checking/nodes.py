"""An answer that has been read: a tree of these."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Num:
    """An exact number; decimals and significant digits as written (None: not as a decimal fraction)."""

    value: Fraction
    decimals: int | None = None
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Symbol:
    """A variable: a letter with what hangs on it (`x_1`, `f'`, `vec AB`). `e`, `i`, `pi` and `oo` are constants."""

    name: str


@dataclass(frozen=True, slots=True)
class Op:
    """An operation or a function: `+ * / ^ neg pm mp ! abs root` (with its degree), `sin`, `log` (with its base), `apply` …"""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Items in brackets: `(1, 2)`, `[0, 1)`, `{1, 2}`. One item in round brackets is that item."""

    left: str
    right: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """`a < b <= c`: one more item than relations, which are `= != < <= > >= ~ in`."""

    items: tuple[Node, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """Several answers side by side, and what stands between them: `,` `;` `and` `or`."""

    items: tuple[Node, ...]
    joints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Combined:
    """`union`, `intersection` or `difference` of two sets."""

    name: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class NamedSet:
    """`R Z N Q C`, or `empty`."""

    name: str


@dataclass(frozen=True, slots=True)
class Words:
    text: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value and its unit, as `grading.checking.units` reads it; `%` is one too."""

    value: Node
    unit: str


@dataclass(frozen=True, slots=True)
class InBase:
    """`204_5`: digits and the base that they are written in."""

    digits: str
    base: int


Node = Num | Symbol | Op | Group | Matrix | Chain | Many | Ratio | Combined | NamedSet | Words | Quantity | InBase


def named_set(node: Node) -> Node:
    """The letter `R` as the set of the real numbers, where a set stands."""
    return NamedSet("R") if node == Symbol("R") else node
