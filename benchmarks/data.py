"""What the data stages of training cost: rows a second and memory of each, on made-up solutions.

    python -m benchmarks.data [--problems 25000] [--samples 8] [--folder …]

Prints a Markdown table. Each stage is a process of its own; memory is the most that it had resident. The rows have about 1.4 kB, and
answers that are plain numbers, so that `label` shows what the stage costs and not what Math-Verify does.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from training import rows

WORDS = """
we add take away the number of marbles pens books metres then there are left altogether each box costs twice half so it is now first because
he she they gives gets buys sells travels reads grows shares counts more less than day week hour minute in all at end of that this way total
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=25_000)
    parser.add_argument("--samples", type=int, default=8, help="solutions to each problem")
    parser.add_argument("--folder", type=Path, help="where the files go, 4 kB a row (a temporary folder unless given)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        measure(Path(folder), options.problems, options.samples)


def measure(folder: Path, problems: int, samples: int) -> None:
    count = problems * samples
    print(f"{os.cpu_count()} cores, load average at the start {os.getloadavg()[0]:.1f}; {problems:,} problems, {count:,} solutions\n")
    print("| stage | rows | seconds | rows a second | memory, MB |\n|---|---|---|---|---|")
    rows.write(folder / "problems.jsonl", made_problems(problems))
    rows.write(folder / "solutions.jsonl", made_solutions(problems, samples))
    rows.write(folder / "evaluation.jsonl", made_problems(1_500, seed=1))
    given, labelled = [str(folder / "problems.jsonl")], [str(folder / "label" / "labelled.jsonl")]
    run("split", folder, problems, rows=given)
    run("dedup", folder, problems, rows=given)
    run("label", folder, count, samples=[str(folder / "solutions.jsonl")])
    run("difficulty", folder, count, problems=given[0], samples=labelled, per_problem=samples)
    run("decontaminate", folder, count, rows=labelled, against=[str(folder / "evaluation.jsonl")])
    removed = [str(folder / "decontaminate" / "removed.jsonl")]
    run("curate", folder, count, rows=labelled, removed=removed, problems=str(folder / "difficulty" / "problems.jsonl"))


def run(stage: str, folder: Path, count: int, **config: object) -> None:
    path = folder / f"{stage}.json"
    path.write_text(json.dumps({"out": str(folder / stage), **config}))
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", f"training.pipeline.{stage}", str(path)])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        sys.exit(f"{stage}: status {process.returncode}")
    print(f"| {stage} | {count:,} | {seconds:.1f} | {count / seconds:,.0f} | {usage.ru_maxrss / 1000:.0f} |", flush=True)


def made_problems(count: int, seed: int = 0) -> Iterator[rows.Row]:
    """Forty words and four numbers each."""
    chance = random.Random(seed)
    for number in range(count):
        words = chance.choices(WORDS.split(), k=40)
        for at in (3, 13, 23, 33):
            words[at] = str(chance.randrange(1_000))
        yield {"id": f"p{number}", "question": " ".join(words) + "?", "expected": str(number % 100), "solution": sentence(chance, 120)}


def made_solutions(problems: int, samples: int) -> Iterator[rows.Row]:
    """In the order in which they would end: those to one problem are far apart."""
    chance = random.Random(2)
    questions = [(row["id"], row["question"], row["expected"]) for row in made_problems(problems)]
    for sample in range(samples):
        for name, question, expected in questions:
            answer = expected if chance.random() < 0.6 else str(chance.randrange(100))
            row = {"problem": name, "question": question, "expected": expected, "sample": sample, "mode": "tir" if sample % 2 else "cot"}
            row |= {"temperature": 0.7, "seed": sample, "text": sentence(chance, 180), "answer": answer, "checked": True, "differs": False}
            yield row | {"finish": "stop", "tokens": 200, "rounds": 1, "seconds": 1.0, "blocks_failed": 0, "score": chance.gauss(0, 3)}


def sentence(chance: random.Random, count: int) -> str:
    """Words, and a number after each ten."""
    words = chance.choices(WORDS.split(), k=count)
    for at in range(9, count, 10):
        words[at] = str(chance.randrange(1_000))
    return " ".join(words)


if __name__ == "__main__":
    main()
