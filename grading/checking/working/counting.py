"""Numbers of choices and arrangements as they are written at schools: `C(5,2)`, `10C3`, `C_5^2`, `P(6,3)`, `A_6^3`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from grading.checking.working.tokens import Token, rewritten

CHOICES, ARRANGEMENTS = frozenset("C"), frozenset("PA")
LARGEST = 200
# The kinds and texts of tokens; `n` of `k` are to be taken. What begins with a letter may be a point: `A(6,3)`.
NOTATIONS = (
    ("L", "(", "n", ",", "k", ")"),
    ("^", "{", "n", "}", "L", "_", "{", "k", "}"),
    ("^", "n", "L", "_", "k"),
    ("_", "{", "n", "}", "L", "_", "{", "k", "}"),
    ("_", "n", "L", "_", "k"),
    ("L", "_", "{", "n", "}", "^", "{", "k", "}"),
    ("L", "_", "{", "n", "}", "^", "k"),
    ("L", "_", "n", "^", "{", "k", "}"),
    ("L", "_", "n", "^", "k"),
    ("n", "L", "k"),
    ("n", "L", "_", "k"),
    ("n", "L", "_", "{", "k", "}"),
)


def with_counts(tokens: Sequence[Token]) -> list[Token]:
    """Each such number as tokens of a binomial coefficient, for arrangements times a factorial."""
    return rewritten(tokens, lambda tokens, at: next(_counts(tokens, at), (1, [tokens[at]])))


def _counts(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, list[Token]]]:
    for notation in NOTATIONS:
        part = tokens[at : at + len(notation)]
        names = {sign: token for sign, token in zip(notation, part, strict=False) if sign in ("L", "n", "k")}
        if len(part) < len(notation) or not all(map(_fits, notation, part)) or not _is_of_whole_numbers(names["n"], names["k"]):
            continue
        neighbours = [*tokens[max(0, at - 1) : at], *tokens[at + len(part) : at + len(part) + 1]]
        if notation[0] != "L" or any(map(_calculates, neighbours)):
            yield len(part), list(_tokens(part, names["L"].text in ARRANGEMENTS, names["n"], names["k"]))


def _fits(sign: str, token: Token) -> bool:
    if sign in ("n", "k"):
        return token.kind == "number"
    if sign == "L":
        return token.kind == "letter" and token.text in CHOICES | ARRANGEMENTS
    return token.text == sign


def _is_of_whole_numbers(n: Token, k: Token) -> bool:
    values = (n.value, k.value)
    return all(value is not None and value.denominator == 1 for value in values) and 0 <= (k.value or 0) <= (n.value or 0) <= LARGEST


def _calculates(token: Token) -> bool:
    return token.kind == "relation" or (token.kind == "operator" and token.text in ("+", "-", "*", "/", "÷"))


def _tokens(part: Sequence[Token], arranged: bool, n: Token, k: Token) -> Iterator[Token]:
    sign = replace(part[0], end=part[-1].end, value=None, decimals=None)
    within = replace(sign, glued=True)
    yield replace(sign, kind="open", text="(")
    yield replace(within, kind="command", text="binom")
    for number in (n, k):
        yield replace(within, kind="open", text="{")
        yield replace(number, start=sign.start, end=sign.end)
        yield replace(within, kind="close", text="}")
    if arranged:
        yield replace(within, kind="operator", text="*")
        yield replace(k, start=sign.start, end=sign.end, value=Fraction(k.value or 0))
        yield replace(within, kind="operator", text="!")
    yield replace(within, kind="close", text=")")
