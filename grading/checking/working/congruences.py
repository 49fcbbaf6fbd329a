"""Remainders without a quotient: `2^4 = 16 ≡ 1 (mod 5)`, `17 mod 5 = 2`."""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from grading.checking.reasons import Reason
from grading.checking.working import findings
from grading.checking.working.claims import find_chains
from grading.checking.working.expressions import NoValue, exact
from grading.checking.working.findings import Finding, Truth
from grading.checking.working.tokens import plain

CONGRUENCE = re.compile(r"(?P<sides>[^,;，；。\n]*?≡[^,;，；。\n]*?)[\s$(（]*(?:\\[pb]?mod\b|\bmod)[\s{]*(?P<by>\d{1,15})")
REST = re.compile(r"(?P<whole>(?<![\w.])\d[\d\s^*×·+(){}-]*?)\s*(?:\\bmod|mod)\s*(?P<by>\d{1,15})\s*=\s*(?P<rest>\d{1,15})(?![\w.^*×·+(-])")

COMMAND = re.compile(r"\\[A-Za-z]+\s*$")
NUMBERS = re.compile(r"(?:(?<=^)|(?<=[\s$]))(?:[-+*^×·⋅(){}$\d\s]|\\(?:cdot|times)(?![a-z]))+$")  # to the end of a side


def check_congruences(text: str) -> Iterator[Finding]:
    text = plain(text.replace("\\equiv", "≡").replace("\\pmod", " mod ").replace("\\bmod", " mod "))
    for found in CONGRUENCE.finditer(text):
        for left, right in pairwise(found["sides"].split("≡")):
            yield from _compare(left.rpartition("=")[2], right.partition("=")[0], int(found["by"]))
    for found in REST.finditer(text):
        whole = _integer(found["whole"])
        if whole is not None and int(found["by"]):
            is_right = whole % int(found["by"]) == int(found["rest"])
            yield _right() if is_right else _wrong(found[0].partition("=")[0], found["rest"], whole % int(found["by"]))


def _compare(left: str, right: str, by: int) -> Iterator[Finding]:
    one, other = _integer(left), _integer(right)
    if one is None or other is None or not by:
        return
    yield _right() if (one - other) % by == 0 else _wrong(f"{left.strip()} mod {by}", right, one % by)


def _integer(text: str) -> int | None:
    """What a side without letters is worth, as a whole number; of words before it nothing is said, of a letter `39a` all."""
    found = NUMBERS.search(text)
    if found and COMMAND.search(text[: found.start()]):
        return None
    chains = find_chains(found[0].strip(), frozenset()) if found else []
    readings = chains[0].sides[0].readings if len(chains) == 1 and len(chains[0].sides) == 1 else ()
    try:
        value = exact(readings[0]) if readings else Fraction(1, 2)
    except NoValue:
        return None
    return int(value) if value.denominator == 1 else None


def _right() -> Finding:
    return Finding(Truth.RIGHT, Reason(findings.CALCULATED))


def _wrong(left: str, right: str, should_be: int) -> Finding:
    return Finding(Truth.WRONG, Reason(findings.UNEQUAL, {"left": left.strip(), "right": right.strip()}), str(should_be))
