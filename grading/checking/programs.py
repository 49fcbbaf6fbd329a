"""The programs in a solution and what they printed: neither is what its author says."""

import re

# As `inference.wire` writes them, and as other models' solutions have them. One that is cut reaches to the end.
PROGRAM = re.compile(
    r"```[ \t]*(?:python3?|py|output)[ \t]*\r?\n.*?(?:^[ \t]*```|\Z)"
    r"|<tool>\s*python\s.*?(?:</tool>|\Z)"
    r"|<output>.*?(?:</output>|\Z)",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)


def without_programs(text: str) -> str:
    """What the author says in words."""
    return PROGRAM.sub("\n", text)
