"""Grading without a known answer: how far the model's own solutions stand in for a key, and what their agreement is worth.

    python manage.py evaluate --data gsm8k/test_dev.jsonl --mode tir --n 8 --out FOLDER
    python -m benchmarks.routing --labelled gsm8k/labelled_solutions_dev.jsonl --transcripts FOLDER/transcripts.jsonl

The first lets the model solve the problems eight times each. The second judges solutions that GSM8K's authors labelled, as a submission
to a problem without an answer is judged (`grading.evidence`), told these eight and nothing else; and it orders them by the confidence
that sends submissions to a teacher's eyes or past them (`grading.routing`). Prints Markdown. Rows without transcripts are left out.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grading.evidence import Decision, Question, answer_of, gather, steps_of
from grading.routing import confidence
from training.evaluation.intervals import wilson

THRESHOLDS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.0)


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled solution: what it is, what it was taken for, how surely."""

    right: bool
    outcome: Decision
    confidence: float

    @property
    def agrees(self) -> bool:
        return self.outcome == ("correct" if self.right else "incorrect")


def samples(path: Path) -> dict[str, tuple[tuple[str, str], ...]]:
    """(text, answer) of each problem's solutions."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found[row["question"].strip()] = tuple((each["text"], each["answer"] or "") for each in row["candidates"])
    return found


def judged(labelled: Path, solved: dict[str, tuple[tuple[str, str], ...]]) -> Iterator[Judged]:
    for line in labelled.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row["question"].strip()
        if text not in solved:
            continue
        question = Question(text=text, samples=solved[text])
        for solution in row.values():
            if isinstance(solution, dict):
                steps = steps_of(solution["solution"])
                evidence = gather(question, steps, answer_of(solution["solution"], steps))
                yield Judged(solution["is_correct"], evidence.outcome, confidence(evidence))


def report(found: list[Judged]) -> None:
    decided = [each for each in found if each.outcome in ("correct", "incorrect")]
    counts = Counter((each.outcome, each.right) for each in decided)
    f1 = 2 * counts["correct", True] / (2 * counts["correct", True] + counts["correct", False] + counts["incorrect", True])
    right, part = sum(each.right for each in found), len(decided) / len(found)
    print(f"{len(found)} solutions, {right} of them right; {len(decided)} decided ({part:.1%})")
    print(f"of the decided: {share(decided)} judged as labelled; F1 of right {f1:.3f}\n")
    print("| confidence from | share of all | judged as labelled |\n|---|---|---|")
    for least in THRESHOLDS:
        above = [each for each in decided if each.confidence >= least]
        if above:
            print(f"| {least or 'any'} | {len(above) / len(found):.1%} | {share(above)} |")


def share(found: list[Judged]) -> str:
    right = sum(each.agrees for each in found)
    low, high = wilson(right, len(found))
    return f"{right / len(found):.3f} ({low:.3f} to {high:.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", type=Path, required=True)
    parser.add_argument("--transcripts", type=Path, required=True)
    options = parser.parse_args()
    report(list(judged(options.labelled, samples(options.transcripts))))


if __name__ == "__main__":
    main()
