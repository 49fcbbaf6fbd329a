"""Which letters of a piece of working are variables, and which are units, articles, or the sign of multiplication."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from grading.checking.units import UNIT_LETTERS
from grading.checking.working.grammar import FUNCTION_LETTERS
from grading.checking.working.tokens import LONGEST, Token, plain, tokenize
from grading.checking.working.units import find_unit

ARTICLES = frozenset("aAI")
ASKED = re.compile(
    r"\b(?:[Ll]et|[Ff]or|[Ff]ind|[Ss]olve|of|variable|value|number|call(?:ed)?|by|that|if|If|and|where|when)\s*$|[设令求解关于把将由得则取当]$"
)
_SHORT = "an at as be by to so or is it in if no of on up us we he me my do go am pm hr kg km cm mm mg ml oz lb ft mi yd mph"
SHORT_WORDS = frozenset(_SHORT.split())  # never products of variables
# Where these occur anywhere, the letters e and i are the constants; else they are letters like all others.
CONSTANTS = {
    "e": (
        "euler",
        re.compile(r"^(?!.*(?<![A-Za-z])e\s*=\s*(?!2\.7)).*(?:(?<![A-Za-z])(?:\d|[a-z])?e\s*\^|\bln\b|\be\s*[≈=]\s*2\.7)", re.DOTALL),
    ),
    "i": (
        "imaginary",
        re.compile(
            r"(?<![A-Za-z])i\s*\^|\d\s*[+-]\s*\d*i(?![A-Za-z])|(?:sqrt|√)\s*\{?\d+\}?\s*i(?![A-Za-z])|complex|imaginary|复数|虚数|虚部|sqrt\s*[({]\s*-|√\s*\(?-"
        ),
    ),
}
TURNS = frozenset({90, 180, 270, 360, 720})  # degrees
DIFFERENTIAL = re.compile(r"d[a-z]")


def find_variables(texts: Iterable[str]) -> frozenset[str]:
    """The letters that are used as variables in any of `texts`; `euler` and `imaginary` where e and i are the constants, `C°` where C
    is given in degrees and a function is taken of it."""
    found: set[str] = set()
    in_degrees: set[str] = set()
    angles: set[str] = set()
    texts = list(texts)
    for text in texts:
        tokens = tokenize(plain(text))
        found |= {token.text for at, token in enumerate(tokens) if token.kind == "letter" and _is_used(tokens, at)}
        found |= {
            letter for at, token in enumerate(tokens) if _is_behind_pi(tokens, at) or _is_behind_power(tokens, at) for letter in token.text
        }
        in_degrees |= {tokens[at].text for at in range(len(tokens)) if _is_in_degrees(tokens[at : at + 4])}
        angles |= {token.text for at, token in enumerate(tokens) if token.kind == "letter" and _is_angle(tokens[max(0, at - 2) : at])}
    constants = {letter: name for letter, (name, sign) in CONSTANTS.items() if sign.search("\n".join(texts)[:LONGEST])}
    found |= {f"{letter}°" for letter in in_degrees & angles}
    return (frozenset(found) - {"pi", "oo", "°"} - constants.keys()) | frozenset(constants.values())


def _is_in_degrees(tokens: Sequence[Token]) -> bool:
    """`C = 60°`, and `x ≤ 360`, as nobody has so many turns in radians."""
    if [token.kind for token in tokens[:3]] != ["letter", "relation", "number"]:
        return False
    return (tokens[1].text in ("<", "<=") and tokens[2].value in TURNS) or [token.text for token in tokens[3:]] == ["°"]


def _is_angle(before: Sequence[Token]) -> bool:
    """`cos C` and `cos(C)`, by the tokens before the letter."""
    kinds = [token.kind for token in before]
    return kinds[-1:] == ["function"] or kinds == ["function", "open"]


def _is_used(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.text in "xX" and _is_times(tokens, at, frozenset()):
        return False
    follows_number = before is not None and before.kind == "number"
    if token.text in UNIT_LETTERS and before is not None and before.text.lower() in ("sq", "square", "cubic", "per", "cu"):
        return False
    if token.text in UNIT_LETTERS and before is not None and before.text == "/" and at > 1 and find_unit(tokens[at - 2].text):
        return False  # `km/h`
    if token.text in UNIT_LETTERS and follows_number and not (after is not None and after.text == "^" and token.text != "m"):
        return False
    if _is_in_ratio(tokens[at : at + 3]) or (at > 1 and _is_in_ratio(tokens[at - 2 : at + 1])):
        return True
    if before is not None and after is not None and before.kind == "open" and after.kind == "close" and at > 1:
        return tokens[at - 2].kind == "function" or tokens[at - 2].text in FUNCTION_LETTERS
    if token.text in FUNCTION_LETTERS and after is not None and after.text == "(" and after.glued:
        return True
    if token.text in ARTICLES and after is not None and after.kind in ("word", "number", "letter"):
        return False
    if follows_number and token.glued:
        return after is None or not (after.kind in ("word", "letter") and after.glued and token.text in UNIT_LETTERS)
    return _is_maths(before) or _is_maths(after) or (before is not None and bool(ASKED.search(before.text)) and token.text not in ARTICLES)


def _is_behind_pi(tokens: Sequence[Token], at: int) -> bool:
    """Whether letters are factors of a formula: `2πr`, `πrl`, but not the metres of `2πm`."""
    token = tokens[at]
    is_short = token.kind in ("letter", "word") and len(token.text) < 3 and token.text.isascii()
    return is_short and token.glued and at > 0 and tokens[at - 1].text == "pi" and "m" not in token.text


def _is_behind_power(tokens: Sequence[Token], at: int) -> bool:
    """Whether a letter is a factor behind a letter's power: the h of `r²h`, which are no hours."""
    is_glued = at > 2 and tokens[at].kind == "letter" and tokens[at].glued and len(tokens[at].text) == 1
    return is_glued and tokens[at - 2].text == "^" and tokens[at - 3].kind == "letter"


def _is_in_ratio(tokens: Sequence[Token]) -> bool:
    """`a:b`, and no label `A: b`"""
    return [token.kind for token in tokens] == ["letter", "operator", "letter"] and tokens[1].text == ":" and tokens[2].glued


def _is_maths(token: Token | None) -> bool:
    return token is not None and (
        token.kind in ("relation", "command", "function") or (token.kind == "operator" and token.text in "+-*/÷^_'±" and token.text != "")
    )


def _is_times(tokens: Sequence[Token], at: int, variables: frozenset[str]) -> bool:
    """Whether the letter `x` at this place is the sign of multiplication: between two numbers, or a bracket or a unit and a number."""
    if not 0 < at < len(tokens) - 1:
        return False
    before, token, after = tokens[at - 1], tokens[at], tokens[at + 1]
    if after.kind == "money":
        price = at + 2 < len(tokens) and tokens[at + 2].kind == "number" and not after.glued
        return price and before.kind in ("number", "close", "word")
    if after.kind == "number":
        return before.kind in ("number", "close", "word") or (before.kind == "operator" and before.text == "%")
    spaced = not token.glued and not after.glued
    if after.kind == "open" and after.text == "(":
        return spaced and before.kind in ("number", "close", "word") and token.text not in variables
    return after.kind in ("letter", "word") and spaced and before.kind in ("number", "close") and token.text not in variables


def resolve(tokens: Sequence[Token], variables: frozenset[str]) -> list[Token]:
    """Each letter as what it is: a variable (`letter`), a word, or `*`; products (`xy`) cut up, subscripts joined, `dx` marked."""
    resolved: list[Token] = []
    for at, token in enumerate(tokens):
        if token.kind == "letter" and token.text in "xX" and _is_times(tokens, at, variables):
            resolved.append(replace(token, kind="operator", text="*"))
        elif token.kind == "letter" and _constant(token.text, variables) != token.text:
            resolved.append(replace(token, text=_constant(token.text, variables)))
        elif token.kind == "letter":
            resolved.append(token if _stays(tokens, at, variables) else replace(token, kind="word"))
        elif token.kind == "word" and DIFFERENTIAL.fullmatch(token.text) and _differentiates(tokens, at):
            resolved.append(replace(token, kind="differential", text=token.text[1]))
        elif token.kind == "word" and _is_product(tokens, at, variables):
            resolved += [
                Token("letter", _constant(letter, variables), token.start + offset, token.start + offset + 1, glued=True)
                for offset, letter in enumerate(token.text)
            ]
        else:
            resolved.append(token)
    return _with_subscripts(resolved)


def _stays(tokens: Sequence[Token], at: int, variables: frozenset[str]) -> bool:
    token = tokens[at]
    if len(token.text) > 1 or token.text == "°":
        return True  # Greek, and the sign that is a factor of its number
    if token.text not in variables:
        return token.text == "d" and _differentiates(tokens, at)
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    return not (token.text in ARTICLES and after is not None and after.kind in ("word", "number") and not after.glued)


def _differentiates(tokens: Sequence[Token], at: int) -> bool:
    """Whether this `d`, `dx` or `dy` belongs to a derivative or an integral: an integral sign is before it, or a fraction around it."""
    if any(token.text in ("int", "∫") for token in tokens[max(0, at - 60) : at]):
        return True
    near = [token.text for token in tokens[max(0, at - 6) : at + 4]]
    return "frac" in near or ("/" in near and any(text == "d" or DIFFERENTIAL.fullmatch(text) for text in near if text != tokens[at].text))


def _constant(letter: str, variables: frozenset[str]) -> str:
    """What a letter stands for: e for Euler's number, where it does."""
    name = CONSTANTS[letter][0] if letter in CONSTANTS else letter
    return name if name in variables else letter


def _is_product(tokens: Sequence[Token], at: int, variables: frozenset[str]) -> bool:
    """Whether a short word is a product of variables, as in `2xy`."""
    token = tokens[at]
    longest = 5 if token.glued and at and tokens[at - 1].kind in ("number", "letter", "close", "open") else 3
    if not 2 <= len(token.text) <= longest or token.text in SHORT_WORDS:
        return False
    if not {_constant(letter, variables) for letter in token.text} <= variables:
        return False
    neighbours = [*tokens[max(0, at - 1) : at], *tokens[at + 1 : at + 2]]
    return _is_behind_pi(tokens, at) or any(near.kind in ("operator", "relation", "open", "close", "number") for near in neighbours)


def _with_subscripts(tokens: list[Token]) -> list[Token]:
    """`x_1`, `x_{10}` and `t_c` as one letter."""
    joined: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.text == "_" and joined and joined[-1].kind == "letter" and at + 1 < len(tokens):
            texts = [part.text for part in tokens[at + 1 : at + 4]]
            inside, used = (texts[1], 4) if texts[:1] == ["{"] and texts[2:] == ["}"] else (texts[0], 2)
            if inside.isalnum():
                joined[-1] = replace(joined[-1], text=f"{joined[-1].text}_{inside}", end=tokens[at + used - 1].end)
                at += used
                continue
        joined.append(token)
        at += 1
    return joined
