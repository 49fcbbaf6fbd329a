"""Which skill a question is about, by signs in its text."""

import re

LONGEST = 400  # characters; no generator makes as long a problem
JOINT = re.compile(r"\band\b|[,;，；]|\\\\", re.IGNORECASE)  # between two equations

# The first that is found in a question says which skill it is about.
_SIGNS = (
    ("derivatives", r"derivative|differentiate|slope of|tangent|导数|求导|斜率|切线|f'\s*\("),
    ("factoring", r"\bfactor(?:i[sz]e)?\b|因式"),
    ("expanding", r"\bexpand\b|multiply out|展开"),
    ("systems", r"system of|simultaneous|方程组"),
    ("quadratic", r"quadratic|二次方程|[a-z]\s*(?:\^\s*\{?2\}?|²)[^=]*="),
    ("sequences", r"sequence|series|n-?th term|数列|等差|等比"),
    ("percent", r"per\s?cent|%|百分"),
    ("geometry", r"triangle|circle|rectangle|area|volume|perimeter|angle|三角形|圆|长方形|面积|体积|周长"),
    ("linear", r"\d*\s*[a-z]\s*[-+]?[^=^²]*=|linear equation|一元一次|解方程"),
    ("fractions", r"\\d?frac|\bfractions?\b|\d\s*/\s*\d|分数|分之"),
)
_SEEN = [(skill, re.compile(sign, re.IGNORECASE)) for skill, sign in _SIGNS]


def seen_in(question: str) -> str | None:
    """The skill that a question shows signs of; None where nothing tells, and no generator is known to make its like."""
    if len(question) > LONGEST:
        return None
    return "systems" if _is_system(question) else next((skill for skill, sign in _SEEN if sign.search(question)), None)


def about(question: str) -> str:
    """The skill that a question is most likely about; arithmetic where nothing tells."""
    return seen_in(question[:LONGEST]) or "arithmetic"


def _is_system(question: str) -> bool:
    """Whether two equations with y stand side by side."""
    return sum("=" in part and "y" in part.partition("=")[0].lower() for part in JOINT.split(question)) > 1
