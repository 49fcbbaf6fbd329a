"""How well the step checker finds the first wrong step.

    python -m benchmarks.steps                                          the workings made by hand
    python -m benchmarks.steps --data ../shared/data/stepverify/dev.jsonl
    python -m benchmarks.steps --data … --samples SAMPLES.jsonl         with sampled solutions (lines: {"problem", "samples"})

`--data` is a file of StepVerify (eth-lre/verify-then-generate): wrong solutions with the first wrong step as a teacher marked it, and
corrected ones. Prints Markdown tables. Intervals are Wilson's (95 %).
"""

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grading.checking.steps import WorkReport, check_steps, split_steps
from grading.tests.typed import TYPED
from grading.tests.workings import WORKINGS, Working
from training.evaluation.intervals import wilson

DEVELOPED_ON = 200  # rows of the file that were looked at while the checker was written; the others were only counted

Row = dict[str, Any]
Knowledge = Callable[[Row], dict[str, Any]]


@dataclass(frozen=True)
class Share:
    hits: int
    total: int

    def __str__(self) -> str:
        if not self.total:
            return "–"
        low, high = wilson(self.hits, self.total)
        return f"{self.hits / self.total:.3f} ({self.hits} of {self.total}; {low:.2f} to {high:.2f})"


def share(flags: Iterable[bool]) -> Share:
    found = list(flags)
    return Share(sum(found), len(found))


# --- StepVerify ------------------------------------------------------------------------------------------------------------


def answer_of(row: Row) -> str:
    return row["reference_solution"].strip().splitlines()[-1].strip()


def knowledge(samples: dict[str, list[str]]) -> dict[str, Knowledge]:
    """What the checker is told, by name."""
    known: dict[str, Knowledge] = {
        "the reference": lambda row: {"reference": row["reference_solution"]},
        "the answer": lambda row: {"answer": answer_of(row)},
        "nothing": lambda row: {},
    }
    if samples:
        known["samples"] = lambda row: {"samples": samples[row["problem"]]}
        known["samples and the answer"] = lambda row: {"samples": samples[row["problem"]], "answer": answer_of(row)}
    return known


def check_row(row: Row, told: Knowledge) -> WorkReport:
    return check_steps(row["problem"], row["student_incorrect_solution"], **told(row))


def step_verify(rows: Sequence[Row], samples: dict[str, list[str]]) -> None:
    rows = [row for row in rows if not samples or row["problem"] in samples]
    corrected = [row for row in rows if row["student_correct_response"].strip()]
    print(f"{len(rows)} wrong solutions, {len(corrected)} corrected ones\n")
    print("| told | first wrong step, exactly | rows before 200 | the others | one step off at most | none found | false alarms |")
    print("|---|---|---|---|---|---|---|")
    reports = {}
    for name, told in knowledge(samples).items():
        began = time.monotonic()
        reports[name] = [check_row(row, told) for row in rows]
        seconds = (time.monotonic() - began) / max(1, len(rows))
        print(f"| {name} | {_found(rows, reports[name])} | {_alarms(corrected, told)} |  ({seconds * 1000:.0f} ms a solution)")
    for name in ("the reference", "samples"):
        if name in reports:
            _by_category(name, rows, reports[name])


def _found(rows: Sequence[Row], reports: Sequence[WorkReport]) -> str:
    exact = [report.first_error == row["incorrect_index"] for row, report in zip(rows, reports, strict=True)]
    near = [
        report.first_error is not None and abs(report.first_error - row["incorrect_index"]) <= 1
        for row, report in zip(rows, reports, strict=True)
    ]
    none = [report.first_error is None for report in reports]
    return " | ".join(map(str, (share(exact), share(exact[:DEVELOPED_ON]), share(exact[DEVELOPED_ON:]), share(near), share(none))))


def _alarms(rows: Sequence[Row], told: Knowledge) -> str:
    return str(
        share(
            check_steps(row["problem"], split_steps(row["student_correct_response"]), **told(row)).first_error is not None for row in rows
        )
    )


def _by_category(name: str, rows: Sequence[Row], reports: Sequence[WorkReport]) -> None:
    print(f"\nTold {name}, by category of the error\n\n| category | exactly |\n|---|---|")
    groups: dict[str, list[bool]] = defaultdict(list)
    for row, report in zip(rows, reports, strict=True):
        groups[row["error_category"]].append(report.first_error == row["incorrect_index"])
    for category, flags in sorted(groups.items(), key=lambda item: -len(item[1])):
        print(f"| {category} | {share(flags)} |")


# --- Workings made by hand -------------------------------------------------------------------------------------------------


def by_hand(workings: Sequence[Working]) -> None:
    print("\n| topic | first wrong step, exactly | misconception named | false alarms |\n|---|---|---|---|")
    reports = {working: check_steps(working.problem, working.steps) for working in workings}
    topics = Counter(working.topic for working in workings)
    for topic in (*topics, "all"):
        mine = [working for working in workings if topic in (working.topic, "all")]
        wrong = [working for working in mine if working.first_error is not None]
        right = [working for working in mine if working.first_error is None]
        found = share(reports[working].first_error == working.first_error for working in wrong)
        named = share(_is_named(working, reports[working]) for working in wrong)
        print(f"| {topic} | {found} | {named} | {share(reports[working].first_error is not None for working in right)} |")


def _is_named(working: Working, report: WorkReport) -> bool:
    assert working.first_error is not None
    return report.first_error == working.first_error and report.steps[working.first_error].misconception == working.misconception


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--samples", type=Path)
    options = parser.parse_args()
    if options.data is None:
        by_hand((*WORKINGS, *TYPED))
        return
    rows = [json.loads(line) for line in options.data.read_text(encoding="utf-8").splitlines()]
    lines = options.samples.read_text(encoding="utf-8").splitlines() if options.samples else []
    step_verify(rows, {row["problem"]: row["samples"] for row in map(json.loads, lines)})


if __name__ == "__main__":
    main()
