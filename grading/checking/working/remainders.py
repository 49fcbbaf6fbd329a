"""Divisions with a remainder: `17 ÷ 5 = 3 r 2`, `23 ÷ 5 = 4 …… 3`."""

import re
from collections.abc import Iterator

from grading.checking.reasons import Reason
from grading.checking.working import findings
from grading.checking.working.findings import Finding, Truth

DIVISION = re.compile(
    r"(?<![\d.,/÷:*×+-])(?P<division>(?P<whole>\d{1,15})\s*(?:÷|/|:|divided by)\s*(?P<by>\d{1,15}))\s*(?:=|is)\s*"
    r"(?P<result>(?P<quotient>\d{1,15})\s*,?\s*(?P<sign>[rR](?![a-z])|rem\b\.?|(?:with )?(?:a )?remainder(?: of)?|余|\.{3,6}|…{1,2})"
    r"\s*(?P<rest>\d{1,15}))"
    r"(?![\d.,/%]\d)"
)


def check_remainders(text: str) -> Iterator[Finding]:
    for found in DIVISION.finditer(text):
        whole, by, quotient, rest = (int(found[name]) for name in ("whole", "by", "quotient", "rest"))
        if by == 0:
            continue
        if (quotient, rest) == divmod(whole, by):
            yield Finding(Truth.RIGHT, Reason(findings.CALCULATED))
            continue
        should_be = f"{whole // by} {found['sign']} {whole % by}"
        yield Finding(Truth.WRONG, Reason(findings.UNEQUAL, {"left": found["division"], "right": found["result"]}), should_be)
