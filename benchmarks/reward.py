"""What it saves to read a problem once for all its responses, and whether the scores stay the same.

    python -m benchmarks.reward --data ../shared/data/qwen_rm_example/math_cot_100.jsonl [--every 20]

A file of problems with several responses each (`question`, `code`). The backbone is SmolLM2-135M in float32 under a random head: the scores
mean nothing, but they move with each token. Tokens are counted over the whole file; processor seconds, which other programs on the
machine disturb less than the clock, and scores over each `--every`th problem.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import torch
from transformers import AutoTokenizer

from inference import weights
from inference.reward.batches import batches, shared_prefix
from inference.reward.forms import CHATML
from inference.reward.model import over, save
from inference.reward.torch import Judge, open_judge
from training.pipeline import models

BUDGET = 8192


def make_judge(folder: Path) -> Judge:
    """Saved and loaded again, as after training."""
    model, tokenizer = models.load(str(weights.fetch(weights.SMOLLM2)))
    torch.manual_seed(0)
    judge = over(model.base_model)
    with torch.no_grad():
        for parameter in judge.score.parameters():
            parameter.normal_(0, 0.05)
    save(judge, folder, tokenizer=tokenizer)
    return open_judge(folder, budget=BUDGET)


def count(tokenizer: AutoTokenizer, problem: str, responses: list[str]) -> tuple[int, int]:
    """Tokens through the backbone, padding included: together, and each response alone."""
    rows = tokenizer([CHATML.text(problem, response) for response in responses], add_special_tokens=False)["input_ids"]
    shared = shared_prefix(rows, min(map(len, rows)) - 1)
    lengths = [len(row) - shared for row in rows]
    together = shared + sum(len(batch) * lengths[batch[0]] for batch in batches(lengths, shared, BUDGET))
    return together, sum(map(len, rows))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--every", type=int, default=20)
    options = parser.parse_args()
    if not options.data.exists():
        print(f"Skipped: there is no {options.data}.")
        return 0
    rows = [json.loads(line) for line in options.data.read_text(encoding="utf-8").splitlines()]
    problems = [(row["question"], row["code"]) for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        judge = make_judge(Path(folder))
        counts = [count(AutoTokenizer.from_pretrained(folder), *problem) for problem in problems]
    together, alone = (sum(column) for column in zip(*counts, strict=True))
    print(f"tokens      {together:,} together, {alone:,} alone ({1 - together / alone:.1%} saved), {len(problems)} problems")
    seconds, worst = [0.0, 0.0], 0.0
    for problem, responses in problems[:: options.every]:
        began = time.process_time()
        scores = judge.score(problem, responses)
        between = time.process_time()
        separate = [judge.score(problem, [response])[0] for response in responses]
        seconds = [seconds[0] + between - began, seconds[1] + time.process_time() - between]
        worst = max(worst, *(abs(one - other) for one, other in zip(scores, separate, strict=True)))
    sampled = len(problems[:: options.every])
    print(f"processor   {seconds[0]:.0f} s together, {seconds[1]:.0f} s alone, {sampled} problems")
    print(f"scores      largest difference {worst:.1e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
