"""The child process that reads answers for `grading.reading`: an answer in, its LaTeX out, "" for unreadable."""

import logging

from math_verify import parse
from sympy import Basic, E, log
from sympy.printing.latex import LatexPrinter

from grading.checking.child import SYMPY_ERRORS, serve

LONGEST = 2_000  # characters of LaTeX that are worth showing


class Printer(LatexPrinter):  # type: ignore[misc]  # sympy has no types
    """sympy's own leaves the base of a logarithm out."""

    def _print_log(self, node: log, exp: str | None = None) -> str:
        number, base = (*map(self._print, node.args), "10")[:2]
        name = r"\ln" if node.args[1:] == (E,) else r"\log" if base == "10" else rf"\log_{{{base}}}"
        return rf"{name}{f'^{{{exp}}}' if exp else ''}{{\left({number} \right)}}"


def read(answer: str) -> str:
    """LaTeX of what Math-Verify makes of an answer."""
    found = parse(f"\\boxed{{{answer}}}", parsing_timeout=None, raise_on_error=False)
    if not found or not isinstance(found[0], Basic):
        return ""
    written: str = Printer().doprint(found[0])
    return written if len(written) <= LONGEST else ""


def answered(answer: str) -> str:
    try:
        return read(answer)
    except SYMPY_ERRORS:
        return ""


if __name__ == "__main__":
    logging.getLogger("math_verify").setLevel(logging.ERROR)  # it warns that its time-outs are off
    serve(answered)
