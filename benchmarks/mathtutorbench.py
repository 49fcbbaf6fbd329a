"""Two tasks of MathTutorBench, in its own format, through a running server's API: where is a solution first wrong, and is it wrong at all.

    make run, make a key on the page, and then
    LEMMA_API_KEY=… python -m benchmarks.mathtutorbench --data ../shared/data/stepverify/dev.jsonl [--url http://127.0.0.1:8000/v1]

The prompts, the examples' two sides (the student's solution and the reference, or the student's own words and the corrected ones), and how
replies are read and counted follow eth-lre/mathtutorbench (configs/, tasks/ and dataloaders/stepverify.py; Macina et al. 2025,
arXiv 2502.18940), but for the worked example that stands before each problem. Of labels that exclude one another, F1-micro is the
accuracy. Each reply is kept in `var/mathtutorbench/`; begun again, it goes on with what is missing.
"""

import argparse
import asyncio
import itertools
import os
import re
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openai

from inference.assessment import SAMPLES
from training import rows
from training.evaluation.intervals import wilson
from training.rows import Row

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 900  # seconds for one reply
TASKS = ("location", "correctness")

SHOTS = {
    "location": "Problem: A box holds 6 eggs. How many eggs do 4 boxes hold?\n\n"
    "Student Solution: Step 1 - A box has 6 eggs.\nStep 2 - Four boxes have 6 + 4 = 10 eggs.\n\n{asks}\n\nA: 2",
    "correctness": "Problem: A box holds 6 eggs. How many eggs do 4 boxes hold?\n\n"
    "Student Solution: There are 4 boxes of 6 eggs, so I took 4 x 6 = 24 eggs.\n\n{asks}\n\nA: No",
}
ASKS = {
    "location": "Q: Is the Student Solution incorrect? Write only the step number with the first error or 0 if no error is found.",
    "correctness": "Q: Is the Student Solution incorrect? Write 'Yes' if it is incorrect, or 'No' if it is correct.",
}
ABOUT = {
    "location": "identify the step of the first mistake in the Student's Solution to a Problem",
    "correctness": "identify the correctness of the Student's Solution to a Problem",
}


@dataclass(frozen=True)
class Example:
    """`expected` is the step's number (0 for none), or 1 for a wrong and 0 for a right solution."""

    task: str
    row: int
    wrong: bool
    prompt: str
    expected: int

    @property
    def key(self) -> str:
        return f"{self.task}-{self.row}-{'wrong' if self.wrong else 'right'}"


def examples(data: Iterable[Row]) -> Iterator[Example]:
    """Both sides of each row, for both tasks."""
    for number, row in enumerate(data):
        reference = row["reference_solution"].split("\n")
        for wrong, steps in ((True, row["student_incorrect_solution"]), (False, reference)):
            numbered = "\\n".join(f"Step {at} - {step}" for at, step in enumerate(steps[:-1], 1))
            expected = int(row["incorrect_index"]) + 1 if wrong else 0
            yield Example("location", number, wrong, prompt("location", row["problem"], f"Student Solution: {numbered}"), expected)
        talk = row["dialog_history"]
        first = next((at for at, said in enumerate(talk) if said["user"] == "Student"), len(talk))
        before = "\n".join(f"Teacher: {said['text']}" for said in talk[:first])
        for wrong, words in ((True, talk[first]["text"] if first < len(talk) else ""), (False, row["student_correct_response"])):
            told = f"Conversation:\n\n{before}\n\nStudent: {words}"
            yield Example("correctness", number, wrong, prompt("correctness", row["problem"], told), int(wrong))


def prompt(task: str, problem: str, told: str) -> str:
    asks = ASKS[task]
    shots = SHOTS[task].format(asks=asks)
    return f"You are an experienced math teacher. Your goal is to {ABOUT[task]}.\n\n{shots}\n\nProblem: {problem}\n\n{told}\n\n{asks}\n\nA:"


def read_reply(task: str, reply: str) -> int:
    if task == "location":
        number = re.search(r"\d+", reply)
        return int(number[0]) if number else 0
    said = reply.strip().lower()
    return 0 if "no" in said and "yes" not in said else 1


async def run(todo: list[Example], out: Path, options: argparse.Namespace) -> None:
    """Ask for what is missing, problem by problem: a server that keeps its solutions of a problem solves it once."""
    key = os.environ.get("LEMMA_API_KEY", "")
    with rows.Appender(out) as file:
        async with openai.AsyncOpenAI(base_url=options.url, api_key=key, timeout=PATIENCE, max_retries=8) as client:
            queue = iter(_by_problem(todo))

            async def work() -> None:
                for group in queue:
                    for example in group:
                        keep(file, example, *await ask(client, options.model, example))

            await asyncio.gather(*(work() for _ in range(options.together)))


def _by_problem(todo: list[Example]) -> list[list[Example]]:
    groups: dict[str, list[Example]] = {}
    for example in todo:
        groups.setdefault(example.prompt.rpartition("Problem: ")[2].partition("\n\n")[0], []).append(example)
    return list(groups.values())


async def ask(client: openai.AsyncOpenAI, model: str, example: Example) -> tuple[str, float]:
    began = time.monotonic()
    messages = [{"role": "system", "content": example.prompt}]
    answer = await client.chat.completions.create(model=model, messages=messages, temperature=0.0, stop=["Problem:", "Q:"])
    return answer.choices[0].message.content or "", time.monotonic() - began


def keep(file: rows.Appender, example: Example, reply: str, seconds: float) -> None:
    row = {"key": example.key, "expected": example.expected, "reply": reply, "read": read_reply(example.task, reply), "seconds": seconds}
    file.add(row)


def table(replies: dict[str, Row]) -> None:
    print("| task | right | wrong solutions | right solutions | seconds a reply: median, mean, longest |\n|---|---|---|---|---|")
    for task, name in (("location", "mistake location, F1-micro"), ("correctness", "solution correctness, accuracy")):
        mine = [row for key, row in replies.items() if key.startswith(task)]
        if mine:
            shares = [_share(mine), _share(_side(mine, "wrong")), _share(_side(mine, "right"))]
            times = [row["seconds"] for row in mine]
            spent = f"{statistics.median(times):.1f}, {statistics.mean(times):.1f}, {max(times):.0f}"
            print(f"| {name} | {' | '.join(shares)} | {spent} |")
    print(f"\nUp to {SAMPLES} solutions of the server's own in words and {SAMPLES} with Python for each problem, shared by its replies.")


def _side(replies: list[Row], side: str) -> list[Row]:
    return [row for row in replies if row["key"].endswith(side)]


def _share(replies: list[Row]) -> str:
    if not replies:
        return "–"
    hits = sum(row["read"] == row["expected"] for row in replies)
    low, high = wilson(hits, len(replies))
    return f"{hits / len(replies):.3f} ({hits} of {len(replies)}; {low:.2f} to {high:.2f})"


def read(path: Path) -> dict[str, Row]:
    return {row["key"]: row for row in rows.resumed(path)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--url", default="http://127.0.0.1:8000/v1")
    parser.add_argument("--model", default="lemma-check")
    parser.add_argument("--first", type=int, default=10_000, help="rows")
    parser.add_argument("--tasks", nargs="+", default=TASKS, choices=TASKS)
    parser.add_argument("--together", type=int, default=2, help="requests at once")
    parser.add_argument("--out", type=Path, default=ROOT / "var/mathtutorbench")
    options = parser.parse_args()
    out = options.out / f"{options.model}.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    wanted = [example for example in examples(itertools.islice(rows.read(options.data), options.first)) if example.task in options.tasks]
    known = read(out)
    asyncio.run(run([example for example in wanted if example.key not in known], out, options))
    replies = read(out)
    table({example.key: replies[example.key] for example in wanted})


if __name__ == "__main__":
    main()
