"""Finds the maths in a line: runs of tokens that are one chain of expressions and relations, without the prose and units between them."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from grading.checking.working.letters import SHORT_WORDS
from grading.checking.working.tokens import Token
from grading.checking.working.units import find_unit

LONGEST_UNIT = 6  # words behind a number that can still be its unit
# Words that no unit has: with one of them the sentence goes on.
_CLAUSE = "so is was are were which that then he she they we it has have had if but because since gives leaves get gets got makes"
CLAUSE = frozenset(_CLAUSE.split())
LEADING_ON = frozenset({"for", "when", "where", "from", "between", "with"})  # and no unit ends with them: `tan x = 1 for -π < x < π`
# What stands before a number that is not all of what is multiplied.
PARTIAL = frozenset({"times", "twice", "double", "triple", "half", "thrice", "quarter", "倍"})


@dataclass(slots=True)
class Segment:
    """Tokens of one chain, with the units taken out; `units` are by the index of the token that they follow."""

    tokens: list[Token] = field(default_factory=list)
    units: dict[int, str] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)
    joined: str = ""
    depth: int = 0


def find_segments(tokens: Sequence[Token]) -> Iterator[Segment]:
    """The stretches of mathematics in a line, in order; prose between them, and what cannot be read, is passed over."""
    segment, began, at = Segment(), 0, 0
    while at < len(tokens):
        token = tokens[at]
        if at == began and not segment.tokens and _goes_on(tokens, at):
            segment.tokens.append(replace(tokens[at - 1], kind="word"))
        used = _extend(segment, tokens, at)
        if used:
            at += used
            continue
        if segment.tokens:
            if _cuts(tokens, at) or (_is_decimal_comma(tokens, at) and not _is_value(segment)):
                segment.tokens.append(replace(token, kind="word"))
            yield segment
        opens = token.kind == "open" and bool(segment.tokens) and not _is_operand(segment)
        broken = segment.depth > 0 or _is_unknown(token) or opens or _is_spaced_colon(tokens, at)
        at += (
            at == began or _ends(token) or _is_per(tokens, at)
        )  # a token that begins nothing is passed over, so that each round takes one at least
        segment, began = Segment(joined=token.text if token.kind in ("or", "and") else ""), at
        if opens:
            at, began = at + 1, at + 1
        if broken and at < len(tokens) and tokens[at].kind != "stop":
            segment.tokens.append(replace(token, kind="word"))
    if segment.tokens:
        yield segment


def _cuts(tokens: Sequence[Token], at: int) -> bool:
    """Whether the side before this token is not whole: `6 \\cdot 5 \\cdots 2`, `3.\\overline{14}`."""
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    return _is_unknown(tokens[at]) or (tokens[at].text == "." and after is not None and after.glued and _is_unknown(after))


def _is_decimal_comma(tokens: Sequence[Token], at: int) -> bool:
    """Whether a comma may be a decimal one: `2,5`. It may as well stand between two numbers; neither is read."""
    near = tokens[at - 1 : at + 2] if at else []
    return [token.kind for token in near] == ["number", "stop", "number"] and near[1].text == "," and near[1].glued and near[2].glued


def _is_value(segment: Segment) -> bool:
    """`x = 2`: behind a comma another value may follow."""
    return [token.kind for token in segment.tokens] == ["letter", "relation", "number"]


def _is_unknown(token: Token) -> bool:
    """A LaTeX command that is not known here, or an ellipsis: what stands on either side of it is not whole."""
    return token.kind == "stop" and (token.text.startswith(("...", "…")) or (token.text[0] == "\\" and len(token.text) > 1))


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether what begins here goes on from something that cannot be read, as in `the price * 3 = …` and `twice 5 = …`."""
    if not at or tokens[at].kind not in ("number", "letter", "open", "operator"):
        return False
    before = tokens[at - 1]
    if tokens[at].glued and before.kind == "word" and before.text.isascii() and tokens[at].kind != "operator":
        return True  # `D3 = …` and `q(5) = …` are names
    if before.kind in ("number", "close") and tokens[at].kind == "number":
        return True
    if before.kind == "close" and tokens[at].kind == "open" and tokens[at].glued:
        return True  # the second half of a fraction whose first is not read
    if tokens[at].kind == "number" and tokens[at].glued and (before.kind == "letter" or _is_decimal_comma(tokens, at - 1)):
        return True  # `5P3`, `12,5 : 5`
    if _is_gap(before):
        return tokens[at].kind == "operator" or (tokens[at].glued and before.text not in "?_")
    if tokens[at].kind == "operator":
        spaced = at + 1 < len(tokens) and not tokens[at].glued and not tokens[at + 1].glued
        return before.kind == "word" and tokens[at].text in "+-" and spaced
    if before.text == ":":
        return tokens[at].glued and not _is_label(tokens[max(0, at - 3) : at])
    return before.text in PARTIAL or (before.kind == "operator" and before.text in ("*", "/"))


def _is_gap(token: Token) -> bool:
    """What is left to be filled in, as in `□ - 1/2 = 3/2`, or another sign for a number that is not read: an emoji, `x̄`, `3△2`."""
    return token.text in ("?", "_") or (token.kind == "stop" and unicodedata.category(token.text[0]) in ("So", "Mn"))


def _is_label(tokens: Sequence[Token]) -> bool:
    """Whether a colon stands behind words: `Total:`, `Night 2:`."""
    return any(token.kind == "word" for token in tokens)


def _ends(token: Token) -> bool:
    """Whether this token can begin nothing."""
    return token.kind in ("stop", "or", "and", "word", "close", "differential")


def _extend(segment: Segment, tokens: Sequence[Token], at: int) -> int:
    """Take the token at `at`, and what belongs to it, into the segment; how many tokens that were, 0 where the segment ends before it."""
    token = tokens[at]
    match token.kind:
        case "number":
            return _append(segment, token) if not _is_operand(segment) or _takes_two(segment) else 0
        case "letter" | "function" | "command" | "relation" | "differential":
            return _append(segment, token)
        case "money":
            return _money(segment, token)
        case "open":
            return _open(segment, tokens, at)
        case "close":
            segment.depth -= 1
            return _append(segment, token) if segment.depth >= 0 else 0
        case "operator":
            return _operator(segment, tokens, at)
        case "word":
            return _word(segment, tokens, at)
        case "stop":
            return _append(segment, token) if segment.depth > 0 and token.text == "," else 0
    return 0


def _append(segment: Segment, token: Token) -> int:
    segment.tokens.append(token)
    return 1


def _money(segment: Segment, token: Token) -> int:
    """A currency sign, or a dollar of LaTeX: nothing, but for the unit of the number that follows."""
    segment.units.setdefault(-len(segment.tokens) - 1, token.text)
    return 1


def _is_operand(segment: Segment) -> bool:
    """Whether the segment ends in something that an operator or a unit can follow."""
    if not segment.tokens:
        return False
    last = segment.tokens[-1]
    if last.text == "|":
        return sum(token.text == "|" for token in segment.tokens) % 2 == 0  # one that closes
    return last.kind in ("number", "letter", "close") or (last.kind == "operator" and last.text in "%'!")


def _takes_two(segment: Segment) -> bool:
    """Whether a number may follow the last operand: a bracket, a factorial, the base of a logarithm, the first argument of a fraction."""
    last = segment.tokens[-1]
    before = segment.tokens[-2] if len(segment.tokens) > 1 else last
    is_base = before.text == "log" and last.glued
    in_integral = before.text in ("_", "^") and any(token.text in ("int", "∫") for token in segment.tokens[-6:])
    return last.kind == "close" or last.text == "!" or before.text == "_" or before.kind == "command" or is_base or in_integral


def _open(segment: Segment, tokens: Sequence[Token], at: int) -> int:
    """An opening bracket; a remark in brackets behind a number is skipped."""
    close = _closing(tokens, at)
    inside = tokens[at + 1 : close]
    if any(token.kind == "relation" for token in inside):
        return 0  # a claim of its own
    if _is_operand(segment) and tokens[at].glued and _is_unit(segment, inside):
        segment.units[len(segment.tokens) - 1] = _unit(inside)
        segment.ends[len(segment.tokens) - 1] = tokens[close].end
        return close - at + 1
    if _is_operand(segment) and _is_remark(inside):
        if tokens[at].glued:
            segment.tokens.append(inside[0])  # `0.1(number of minutes)` is a product with a name
        return close - at + 1
    segment.depth += 1
    return _append(segment, tokens[at])


def _is_unit(segment: Segment, inside: Sequence[Token]) -> bool:
    """Whether words in brackets are the unit of a result, as in Chinese schools: `24 - 8 = 16(颗)`."""
    has_words = bool(inside) and inside[0].kind == "word"
    whole = all(token.kind == "word" or _is_per(inside, at) or _is_power_of_unit(inside, at) for at, token in enumerate(inside))
    if not has_words or not whole or not any(token.kind == "relation" for token in segment.tokens):
        return False
    has_names = segment.tokens[0].kind == "relation" or any(token.kind == "word" for token in segment.tokens)
    return not inside[0].text.isascii() or (find_unit(_unit(inside)) is not None and not has_names)


def _is_remark(inside: Sequence[Token]) -> bool:
    calculates = any(token.kind == "relation" or (token.kind == "operator" and token.text in "+*/^") for token in inside)
    return bool(inside) and inside[0].kind in ("word", "stop", "and", "or") and not calculates


def _closing(tokens: Sequence[Token], at: int) -> int:
    depth = 0
    for index in range(at, min(len(tokens), at + 200)):
        depth += (tokens[index].kind == "open") - (tokens[index].kind == "close")
        if depth == 0:
            return index
    return len(tokens) - 1


def _operator(segment: Segment, tokens: Sequence[Token], at: int) -> int:
    token = tokens[at]
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.text == ":":
        return _append(segment, token) if _is_operand(segment) and _is_ratio(tokens, at) else 0
    if token.text == "!":
        return (
            _append(segment, token) if _is_operand(segment) and token.glued and (_goes_on_behind_mark(after) or _is_number(segment)) else 0
        )
    if token.text == "'" and not (_is_operand(segment) and token.glued):
        return 1
    if token.text in "*/^%_" and not segment.tokens:
        return 0
    if token.text in "/-" and _is_operand(segment) and _is_per(tokens, at):
        return _word(segment, tokens, at)
    return _append(segment, token)


def _goes_on_behind_mark(after: Token | None) -> bool:
    """Whether an exclamation mark before this token is a factorial, and does not end a sentence."""
    if after is None:
        return False
    return after.kind in ("operator", "relation", "open", "close", "command", "money") or (after.kind == "number" and after.glued)


def _is_number(segment: Segment) -> bool:
    return segment.tokens[-1].kind == "number"


def _is_spaced_colon(tokens: Sequence[Token], at: int) -> bool:
    """Whether a colon stands alone behind a number that no words lead to: `12 : 4 + 1`, but not `Night 2 : 30 + 2`."""
    if tokens[at].text != ":" or at + 1 >= len(tokens) or tokens[at].glued or tokens[at + 1].glued:
        return False
    return at > 0 and tokens[at - 1].kind in ("number", "close") and not _is_label(tokens[max(0, at - 3) : at])


def _is_divided(tokens: Sequence[Token], at: int) -> bool:
    """Whether such a colon divides, as in `3/4 : 2/5`; behind a single number at the beginning of a line it may number it."""
    return _is_spaced_colon(tokens, at) and at > 1 and tokens[at - 2].kind != "stop"


def _is_ratio(tokens: Sequence[Token], at: int) -> bool:
    """Whether a colon stands between two numbers that are a ratio, and not behind a label: `2:6`, but not `Night 2:2(30) - 2`."""
    if at + 1 >= len(tokens) or tokens[at + 1].kind not in ("number", "letter") or tokens[at].glued != tokens[at + 1].glued:
        return False
    if _is_divided(tokens, at):
        return True
    return at + 2 >= len(tokens) or not (tokens[at + 2].kind == "open" or tokens[at + 2].text in ("+", "-", "*", "/", "^"))


def _word(segment: Segment, tokens: Sequence[Token], at: int) -> int:
    """Words: the unit of the number before them, `of` for times, a name in the place of an expression, or the end."""
    if not segment.tokens:
        return 0
    end = at
    while end < len(tokens) and (tokens[end].kind == "word" or _is_per(tokens, end) or _is_power_of_unit(tokens, end)):
        end += 1
    after = tokens[end] if end < len(tokens) else None
    words = [token.text for token in tokens[at:end] if token.kind == "word"]
    if not _is_operand(segment) or _is_name(segment, tokens[at]):
        return _unreadable(segment, tokens, at, end)
    if words == ["of"] and after is not None and after.kind in ("number", "letter", "open", "money") and _is_share(segment):
        return _append(segment, replace(tokens[at], kind="operator", text="*"))
    if words == ["out", "of"] and after is not None and after.kind == "number":
        segment.tokens.append(replace(tokens[at], kind="operator", text="/"))
        return end - at
    unit = not CLAUSE.intersection(words) and not LEADING_ON.intersection(words[-1:]) and len(words) <= LONGEST_UNIT
    segment.units[len(segment.tokens) - 1] = _unit(tokens[at:end])
    if not unit or after is None or not _continues(segment, after, tokens[end + 1] if end + 1 < len(tokens) else None):
        return 0
    if len(words) > 2 and after.kind == "relation" and len(segment.tokens) == 1:
        segment.tokens.append(tokens[at])  # `9 books each week after = …` is a name, not the number 9
    segment.ends[len(segment.tokens) - 1] = tokens[end - 1].end
    return end - at


def _unit(tokens: Sequence[Token]) -> str:
    """The first word of a unit, with its exponent, or what it is of another: `cm`, `cm^2`, `square cm`, `km/h`."""
    texts = [token.text for token in tokens]
    if texts[0].lower().strip(".") in ("square", "sq", "cubic", "cu") and len(texts) > 1 and tokens[1].kind == "word":
        return f"{texts[0].lower().strip('.')} {texts[1]}"
    exponent = tokens[2].value if texts[1:2] == ["^"] and len(tokens) > 2 else None
    unit = f"{texts[0]}^{exponent}" if exponent is not None else texts[0]
    behind = tokens[3:] if exponent is not None else tokens[1:]
    return f"{unit}/{_unit(behind[1:])}" if len(behind) > 1 and behind[0].text in ("/", "per") else unit


def _is_name(segment: Segment, word: Token) -> bool:
    """Whether letters that nobody introduced stand where a factor does: `\\frac{2}{3}PR`, `2\\pi rh`."""
    last = segment.tokens[-1]
    in_braces = sum((token.text == "{") - (token.text == "}") for token in segment.tokens) > 0
    short = len(word.text) <= 2 and word.text not in SHORT_WORDS and find_unit(word.text) is None
    if in_braces:
        return word.glued or short or not word.text.islower()
    return word.text.isascii() and ((last.kind == "letter" and (word.glued or short)) or (last.text == "}" and word.glued))


def _is_per(tokens: Sequence[Token], at: int) -> bool:
    """The slash of `cups/day`, the hyphen of `54-pound`."""
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    return (
        after is not None
        and after.kind == "word"
        and (tokens[at].text == "/" or (tokens[at].text == "-" and after.glued and tokens[at].glued))
    )


def _is_power_of_unit(tokens: Sequence[Token], at: int) -> bool:
    """The exponent of `cm^2`, or the number in it."""
    if tokens[at].text == "^":
        return tokens[at - 1].kind == "word" and at + 1 < len(tokens) and tokens[at + 1].kind == "number"
    return tokens[at].kind == "number" and tokens[at].glued and tokens[at - 1].text == "^"


def _is_share(segment: Segment) -> bool:
    """Whether the segment ends in a percentage or a fraction, of which something may be taken."""
    texts = [token.text for token in segment.tokens[-3:]]
    return (
        texts[-1] in ("%", ")", "}")
        or texts[-2:-1] == ["/"]
        or segment.tokens[-1].value in (Fraction(1, 2), Fraction(1, 4), Fraction(3, 4))
    )


def _continues(segment: Segment, after: Token, following: Token | None) -> bool:
    """Whether the maths goes on behind a unit."""
    if after.kind == "close":
        return segment.depth > 0
    if after.kind == "operator":
        return (
            after.text in "+-*/^"
            and following is not None
            and following.kind in ("number", "letter", "open", "money", "command", "function")
        )
    return after.kind == "relation"


def _unreadable(segment: Segment, tokens: Sequence[Token], at: int, end: int) -> int:
    """A name where an expression should stand, as in `price x 3 = …`: kept, as what cannot be read, if a relation follows soon."""
    for token in tokens[end : end + 12]:
        if token.kind == "relation":
            segment.tokens.append(tokens[at])
            return end - at
        if token.kind in ("stop", "and", "or"):
            break
    return 0


def depth(tokens: Sequence[Token]) -> int:
    return sum((token.kind == "open") - (token.kind == "close") for token in tokens)
