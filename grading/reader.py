"""The child process that reads answers for `grading.reading`: an answer in, its LaTeX out, "" for unreadable."""

import logging

from math_verify import parse
from sympy import Basic, latex

from grading.checking.child import serve

LONGEST = 2_000  # characters of LaTeX that are worth showing
# What sympy and the LaTeX reader raise on input that they were not made for.
READER_ERRORS = (ArithmeticError, AttributeError, LookupError, MemoryError, NotImplementedError, RecursionError, TypeError, ValueError)


def read(answer: str) -> str:
    """LaTeX of what Math-Verify makes of an answer."""
    found = parse(f"\\boxed{{{answer}}}", parsing_timeout=None, raise_on_error=False)
    if not found or not isinstance(found[0], Basic):
        return ""
    written = latex(found[0])
    return written if len(written) <= LONGEST else ""


def answered(answer: str) -> str:
    try:
        return read(answer)
    except READER_ERRORS:
        return ""


if __name__ == "__main__":
    logging.getLogger("math_verify").setLevel(logging.ERROR)  # it warns that its time-outs are off
    serve(answered)
