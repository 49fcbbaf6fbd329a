"""A model that says the same again and again, as small ones do where they are greedy: it would go on until its budget is used up."""

LONGEST = 160  # characters of what is repeated: a list's item, a paragraph
TIMES = 5  # in a row, and no less than `LENGTH` characters in all: a table, or `2 × 2 × 2 × 2`, may repeat itself for a while
LENGTH = 240


def repeats_itself(text: str) -> bool:
    """Whether a text ends in nothing but repetitions."""
    tail = text[-LONGEST * TIMES :]
    return any(tail.endswith(tail[-size:] * max(TIMES, -(-LENGTH // size))) for size in range(1, LONGEST + 1))
