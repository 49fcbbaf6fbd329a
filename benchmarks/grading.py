"""Whether work is lost or checked twice when the worker that checks it is killed, on real processes, on both profiles.

    python -m benchmarks.grading [--submissions 1000] [--kills 2] [--profiles embedded production]

So many submissions of one class wait at once. The worker is killed (SIGKILL) whenever another part of them is checked, and started
again at once. Each submission must be checked to its end, and its findings written once.
"""

import argparse
import json
import time
from typing import Any

from grading.tests.stack import GradingStack
from tutor.tests.stack import PROFILES

PROBLEMS = 10
PATIENCE = 600  # seconds for each part


def measure(profile: str, submissions: int, kills: int) -> dict[str, Any]:
    """How it ended; the seconds are from handing in to the last finding, with the kills in it."""
    stack = GradingStack(profile)
    try:
        stack.start()
        began = time.monotonic()
        killed_at = stack.check_with_kills(submissions, PROBLEMS, kills, PATIENCE)
        seconds = round(time.monotonic() - began, 1)
        return {"killed at": killed_at, "seconds": seconds, "checks": stack.do("checked")["checks"], **stack.do("outcomes")}
    finally:
        stack.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--submissions", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--profiles", nargs="+", default=PROFILES, choices=PROFILES)
    options = parser.parse_args()
    for profile in options.profiles:
        print(json.dumps({"profile": profile, **measure(profile, options.submissions, options.kills)}), flush=True)


if __name__ == "__main__":
    main()
