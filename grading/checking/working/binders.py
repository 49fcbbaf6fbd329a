r"""What binds a letter: `lim(x→2)`, `\lim_{x \to 2}`, `\sum_{k=1}^{5}`, `[x^3]_0^2`. And `P(X = 2)`, which is no equation for X."""

from collections.abc import Sequence
from dataclasses import replace

from grading.checking.working.tokens import Token, rewritten

LIMITS, SUMS = frozenset({"lim", "\\lim"}), frozenset({"\\sum", "∑"})
PRODUCTS = frozenset({"\\prod", "∏"})  # not read
CHANCES = frozenset({"P", "Pr"})
BINDING = LIMITS | SUMS | PRODUCTS | CHANCES | {"["}
ARROWS = frozenset({"->", "→", "\\to", "\\rightarrow"})
BRACKETS = {"(": ")", "{": "}", "[": "]"}
LONGEST = 30  # tokens between two brackets


def with_binders(tokens: Sequence[Token]) -> list[Token]:
    """Each limit and sum as a command with its letter and its bounds in braces; what cannot be read so, as a sign that is not known."""
    return rewritten(tokens, _binder)


def _binder(tokens: Sequence[Token], at: int) -> tuple[int, list[Token]]:
    token = tokens[at]
    if token.text not in BINDING:
        return 1, [token]
    if token.text in CHANCES:
        inside = _group(tokens, at + 1) if tokens[at + 1 : at + 2] and tokens[at + 1].text == "(" else []
        is_event = any(part.kind == "relation" for part in inside)
        return (len(inside) + 3, [_unknown(token, tokens[at + len(inside) + 2])]) if is_event else (1, [token])
    if token.text == "[":
        return _between(tokens, at)
    if token.text in LIMITS:
        length, bound = _limit(tokens, at + 1)
        name = "lim"
    else:
        length, bound = _sum(tokens, at + 1)
        name = "sum"
    if not bound or token.text in PRODUCTS:
        return length + 1, [_unknown(token, tokens[at + length])]
    braced = [part for each in bound for part in _in_braces(each, token)]
    return length + 1, [replace(token, kind="command", text=name), *braced]


def _between(tokens: Sequence[Token], at: int) -> tuple[int, list[Token]]:
    """An antiderivative in square brackets, with the bounds behind them: `[x^3]_0^2`, `[x^3] from 0 to 2`."""
    inside = _group(tokens, at)
    start = at + len(inside) + 2
    length, bounds = _bounds(tokens, start)
    if not length:
        length, bounds = _bounds_in_words(tokens[start : start + 4])
    if not inside or len(bounds) < 2:
        return 1, [tokens[at]]
    braced = [part for each in (inside, bounds["_"], bounds["^"]) for part in _in_braces(each, tokens[at])]
    end = replace(braced[-1], end=tokens[start + length - 1].end)
    return start + length - at, [replace(tokens[at], kind="command", text="between"), *braced[:-1], end]


def _bounds_in_words(tokens: Sequence[Token]) -> tuple[int, dict[str, list[Token]]]:
    """`from 0 to 2`"""
    is_said = [token.text for token in tokens[::2]] == ["from", "to"] and len(tokens) == 4
    return (4, {"_": [tokens[1]], "^": [tokens[3]]}) if is_said else (0, {})


def _unknown(first: Token, last: Token) -> Token:
    return Token("stop", f"\\{first.text.strip(chr(92))}", first.start, last.end, glued=first.glued)


def _in_braces(tokens: Sequence[Token], near: Token) -> list[Token]:
    brace = replace(near, glued=True)
    return [replace(brace, kind="open", text="{"), *tokens, replace(brace, kind="close", text="}")]


def _group(tokens: Sequence[Token], at: int) -> list[Token]:
    """What stands in the brackets that open here; nothing where none do."""
    if at >= len(tokens) or tokens[at].text not in BRACKETS:
        return []
    depth = 0
    for index in range(at, min(len(tokens), at + LONGEST)):
        depth += (tokens[index].kind == "open") - (tokens[index].kind == "close")
        if depth == 0:
            return list(tokens[at + 1 : index])
    return []


def _limit(tokens: Sequence[Token], at: int) -> tuple[int, list[list[Token]]]:
    """How many tokens say where a letter goes, and which letter and where."""
    start = at + (tokens[at : at + 1] != [] and tokens[at].text == "_")
    inside = _group(tokens, start)
    length = start - at + len(inside) + 2 if inside else start - at
    if not inside and len(tokens) > start + 2 and tokens[start + 1].text in ARROWS:
        signed = tokens[start + 2].text in ("-", "+") and len(tokens) > start + 3
        inside = list(tokens[start : start + 3 + signed])
        length = start - at + len(inside)
    if len(inside) < 3 or inside[0].kind != "letter" or inside[1].text not in ARROWS:
        return length if any(token.text in ARROWS for token in inside) else 0, []
    length += tokens[at + length : at + length + 1] != [] and tokens[at + length].text == "of"
    to = inside[2:]
    return length, [] if to[-1].text in ("+", "-") else [inside[:1], to]  # from one side alone: not read


def _bounds(tokens: Sequence[Token], at: int) -> tuple[int, dict[str, list[Token]]]:
    """What stands below and above, and how many tokens that takes."""
    bounds: dict[str, list[Token]] = {}
    length = 0
    while at + length + 1 < len(tokens) and tokens[at + length].text in ("_", "^"):
        inside = _group(tokens, at + length + 1)
        bounds[tokens[at + length].text] = inside or [tokens[at + length + 1]]
        length += len(inside) + 3 if inside else 2
    return length, bounds


def _sum(tokens: Sequence[Token], at: int) -> tuple[int, list[list[Token]]]:
    length, bounds = _bounds(tokens, at)
    first, last = bounds.get("_", []), bounds.get("^", [])
    if len(first) < 3 or first[0].kind != "letter" or first[1].text != "=" or not last:
        return length, []
    return length, [first[:1], first[2:], last]
