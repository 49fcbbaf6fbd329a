"""Does a line that begins with an equals sign go on from the line before? `= 12` and `LHS = 12` do, `sd = 12` and `面积=12` do not."""

import re

from grading.checking.working.claims import LABEL
from grading.checking.working.statements import GOES_ON

CONNECTORS = re.compile(
    r"\b(?:so|then|thus|hence|therefore|and|we|get|have|is|the|answer|simplif\w+|becomes?|gives?)\b|[所以故因此则得即原式答案是为，。：:;,.$\s⇒→∴=]",
    re.IGNORECASE,
)
# What is to be rewritten, by name: it may stand before the first equals sign.
WHOLE = re.compile(
    r"d[a-z]?/d[a-z]|[a-z]'(?:\([a-z]\))?|\b(?:[Oo]riginal|[Ee]xpression|LHS|[Ii]ntegral|[Dd]erivative)\b|\\(?!math|vec|over|text|frac|sqrt)[A-Za-z]+(?:\{[a-z]+\*?\})?"
)
NAME = re.compile(r"[A-Za-z0-9|]|[\u4e00-\u9fff]{2}")


def begins_with_equals(text: str) -> bool:
    """Whether nothing stands before the first equals sign that may be another quantity: not `du = 2x dx`."""
    before = CONNECTORS.sub("", GOES_ON.sub("", LABEL.sub("", text).partition("=")[0]))
    return not NAME.search(WHOLE.sub("", before))
