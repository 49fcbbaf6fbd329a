"""The child process that runs Math-Verify: one JSON request a line on stdin, `[verdict, reason]` a line on stdout.

Its parent (`answers.check`) kills it where it takes too long; the limits here hold where the parent is gone. Math-Verify's own
time-outs are off: they use SIGALRM, and give wrong results.
"""

import json
import logging
import resource
import sys

from math_verify import parse, verify
from sympy import Basic, Expr

MEMORY = 3 * 2**30  # bytes of address space
CPU_SECONDS = 20  # for one request
# What sympy and the LaTeX reader raise on input that they were not made for.
READER_ERRORS = (ArithmeticError, AttributeError, LookupError, MemoryError, NotImplementedError, RecursionError, TypeError, ValueError)
RELATIVE_ERROR = 1e-9  # of a float


def judge(expected: str, given: str) -> tuple[str, str]:
    """Whether `given` equals the gold answer `expected`, both LaTeX or plain text without a box."""
    gold, answer = _parse(expected), _parse(given)
    if not gold:
        return "undecided", "The expected answer could not be read."
    if not answer:
        return "undecided", "The answer could not be read."
    if not verify(gold, answer, timeout_seconds=None, raise_on_error=True):
        return "incorrect", "The values differ."
    if _only_rounding_makes_equal(gold[0], answer[0]):
        return "incorrect", "The values differ."
    return "correct", "The values are equal."


def _parse(text: str) -> list[Basic | str]:
    return list(parse(f"\\boxed{{{text}}}", parsing_timeout=None, raise_on_error=False))


def _only_rounding_makes_equal(gold: Basic | str, answer: Basic | str) -> bool:
    """Math-Verify rounds to six decimals, which makes all tiny numbers equal."""
    if not (isinstance(gold, Expr) and isinstance(answer, Expr) and gold.is_number and answer.is_number):
        return False
    if gold == answer:
        return False
    difference, size = abs((gold - answer).evalf(20)), abs(gold.evalf(20))
    return bool(difference.is_comparable and size.is_comparable and difference > RELATIVE_ERROR * size and size < 1e-3)


def _limit_cpu() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.getLogger("math_verify").setLevel(logging.ERROR)  # it warns that its time-outs are off
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        _limit_cpu()
        expected, given = json.loads(line)
        try:
            verdict = judge(expected, given)
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            MemoryError,
            NotImplementedError,
            RecursionError,
            TypeError,
            ValueError,
        ) as error:
            verdict = ("undecided", f"The answers could not be compared ({type(error).__name__}).")
        print(json.dumps(verdict), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
