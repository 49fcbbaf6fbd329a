"""The child process that reads answers: one JSON string a line on stdin, its LaTeX as a JSON string a line on stdout, "" for unreadable.

Its parent (`grading.reading`) kills it where it takes too long; the limits here hold where the parent is gone.
"""

import json
import logging
import resource
import sys

from math_verify import parse
from sympy import Basic, latex

MEMORY = 3 * 2**30  # bytes of address space
CPU_SECONDS = 20  # for one answer
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


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.getLogger("math_verify").setLevel(logging.ERROR)  # it warns that its time-outs are off
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
        try:
            written = read(json.loads(line))
        except READER_ERRORS:
            written = ""
        print(json.dumps(written), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
