"""Values and whose they are: `x = 2, y = 3`."""

import re

BETWEEN = re.compile(r"\s*(?:[,;\n&]|\b(?:and|und|et)\b|[和且])\s*")
NAMED = re.compile(r"\s*([A-Za-z])\s*=\s*([^=<>,;]+?)\s*")


def named_values(text: str) -> dict[str, str]:
    """The values of a plain text by their letters; none where a part of it is anything else, or a letter stands there twice."""
    pairs = [NAMED.fullmatch(part) for part in BETWEEN.split(text)]
    values = {pair[1]: pair[2] for pair in pairs if pair}
    return values if len(values) == len(pairs) else {}
