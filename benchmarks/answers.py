"""The answer checker: how often it is right, how quick it is beside Math-Verify, and what hostile answers can do to it.

    python -m benchmarks.answers [--hostile 10000] [--labelled ../shared/data/gsm8k/labelled_solutions_dev.jsonl]
    python -m benchmarks.answers --changed ../shared/data/math/train.jsonl

Prints Markdown tables. Math-Verify runs in this process with its usual settings, once on the texts as they stand and once with dollar signs
put round those that have none, because it reads LaTeX between delimiters only; the better of the two counts for each pair.
"""

import argparse
import json
import logging
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from math_verify import parse, verify

from grading.checking import answers, pool
from grading.checking.answers import Outcome, check
from grading.checking.extract import boxed_answer, final_answer
from grading.tests import hostile
from grading.tests.facts import pairs

PUBLISHED = Path(__file__).resolve().parent.parent / "grading" / "tests" / "facts" / "published.jsonl"
SLOW = 5.0  # seconds
DELIMITERS = ("$", r"\(", r"\[", r"\boxed")

Pair = tuple[str, str, bool]  # expected, given, equal


def published(source: str) -> list[Pair]:
    rows = [json.loads(line) for line in PUBLISHED.read_text(encoding="utf-8").splitlines()]
    found = []
    for row in rows:
        if row["source"].startswith(source):
            one, other = row["expected"] or "", row["given"] or ""
            found += [(one, other, row["equal"])] + ([(other, one, row["equal"])] if row.get("both_ways") else [])
    return found


def made() -> list[Pair]:
    equal = [(*pair, True) for kind in pairs.CORRECT.values() for pair in kind]
    return equal + [(*pair, False) for kind in pairs.INCORRECT.values() for pair in kind]


def ours(expected: str, given: str) -> bool:
    return check(expected, given).outcome is Outcome.CORRECT


def math_verify(expected: str, given: str) -> bool:
    return bool(verify(parse(expected), parse(given)))


def math_verify_with_dollars(expected: str, given: str) -> bool:
    return math_verify(*(text if any(sign in text for sign in DELIMITERS) else f"${text}$" for text in (expected, given)))


def accuracy() -> None:
    print("| pairs | | right | wrong answers accepted | right ones not accepted |\n|---|---|---|---|---|")
    for name, rows in (("Math-Verify's", published("Math")), ("NeMo-Skills', both ways", published("NeMo")), ("our own", made())):
        theirs = [
            {math_verify(one, other), math_verify_with_dollars(one, other)} if equal else {math_verify(one, other)}
            for one, other, equal in rows
        ]
        print_row(f"{name}, {len(rows)}", "ours", rows, [ours(one, other) for one, other, _ in rows])
        print_row("", "Math-Verify", rows, [True in each for each in theirs])
    undecided = [(one, other) for kind in pairs.UNDECIDED.values() for one, other in kind]
    open_ = sum(check(*pair).outcome is Outcome.UNDECIDED for pair in undecided)
    print(f"\nLeft open, as they should be: {open_} of {len(undecided)} pairs that only the question could decide.")


def print_row(name: str, whose: str, rows: Sequence[Pair], said: Sequence[bool]) -> None:
    accepted = sum(yes and not equal for yes, (_, _, equal) in zip(said, rows, strict=True))
    refused = sum(equal and not yes for yes, (_, _, equal) in zip(said, rows, strict=True))
    print(f"| {name} | {whose} | {len(rows) - accepted - refused} | {accepted} | {refused} |", flush=True)


def speed(rounds: int = 5) -> None:
    """The rounds of both take turns, so that what else the machine does falls on both."""
    rows = published("Math") + published("NeMo")
    print(f"\n| checks a second, {len(rows)} published pairs, {rounds} rounds | median | worst | best |\n|---|---|---|---|")
    answers.forget()
    ours("5x", "x5")
    ours(r"\sum_{k=1}^{9} k", "45")
    rates: dict[str, list[float]] = {"Math-Verify": [], "ours, nothing remembered": [], "ours, asked again": []}
    for _ in range(rounds):
        rates["Math-Verify"].append(rate(math_verify, rows))
        answers.forget()
        rates["ours, nothing remembered"].append(rate(ours, rows))
        rates["ours, asked again"].append(rate(ours, rows))
    for name, each in rates.items():
        print(f"| {name} | {sorted(each)[rounds // 2]:.0f} | {min(each):.0f} | {max(each):.0f} |", flush=True)


def rate(judge: Callable[[str, str], bool], rows: Sequence[Pair]) -> float:
    began = time.perf_counter()
    for expected, given, _ in rows:
        judge(expected, given)
    return len(rows) / (time.perf_counter() - began)


def hostility(count: int) -> None:
    questions = [("5", bomb) for bomb in hostile.bombs()] + [(bomb, "5") for bomb in hostile.bombs()]
    questions += [("5", text) for text in hostile.huge()] + list(hostile.pairs(seed=1, count=count))
    outcomes: Counter[str] = Counter()
    seconds = []
    for expected, given in questions:
        began = time.perf_counter()
        outcomes[check(expected, given).outcome.value] += 1
        seconds.append(time.perf_counter() - began)
    seconds.sort()
    shares = ", ".join(f"{number} {name}" for name, number in outcomes.most_common())
    print(f"\n{len(questions)} random and hostile pairs: {shares};")
    print(f"median {seconds[len(seconds) // 2] * 1000:.2f} ms, slowest {seconds[-1]:.1f} s;")
    print(f"{sum(each > SLOW for each in seconds)} took more than {SLOW:.0f} s;")
    processes = below(os.getpid())
    pool.stop()
    time.sleep(5)  # what init takes to bury them
    print(f"{len(processes)} processes while it ran, {sum(map(os.path.exists, processes))} of them after the end.", flush=True)


def below(pid: int | str) -> list[str]:
    """The processes that a process has, and theirs."""
    own = [child for tasks in Path(f"/proc/{pid}/task").glob("*/children") for child in tasks.read_text().split()]
    return [f"/proc/{child}" for child in own] + [path for child in own for path in below(child)]


def labelled(path: Path) -> None:
    """Solutions of GSM8K that its authors labelled: is what we call right what they call right?"""
    counts: Counter[tuple[bool, bool]] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        problem = json.loads(line)
        gold = final_answer(problem["ground_truth"]) or ""
        for solution in problem.values():
            if isinstance(solution, dict):
                counts[check(gold, final_answer(solution["solution"])).outcome is Outcome.CORRECT, solution["is_correct"]] += 1
    f1 = 2 * counts[True, True] / (2 * counts[True, True] + counts[True, False] + counts[False, True])
    print(f"\n{sum(counts.values())} labelled solutions of GSM8K: F1 {f1:.4f};")
    print(f"{counts[True, False]} wrong ones accepted, {counts[False, True]} right ones refused.", flush=True)


REWRITTEN: tuple[Callable[[str], str], ...] = (
    lambda text: f"${text}$",
    lambda text: f"\\boxed{{{text}}}",
    lambda text: f"So the answer is ${text}$.",
    lambda text: f"所以答案是${text}$。",
    lambda text: f"{text}.",
    lambda text: text.replace(r"\frac", r"\dfrac"),
    lambda text: text if "left" in text else text.replace("(", r"\left(").replace(")", r"\right)"),
    lambda text: text if "\\\\" in text else text.replace("\\", "\\\\"),
    lambda text: text.replace(r"\pi", "π").replace(r"\cup", "∪").replace(r"\infty", "∞").replace(r"\circ", "°"),
    lambda text: text if "\\" in text or "^" in text or "_" in text else text.translate(FULL_WIDTH),
    lambda text: re.sub(r"\\sqrt\{([^{}]*)\}", r" sqrt(\1)", text),
    lambda text: re.sub(r"(?<![\d }])\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text),
)
FULL_WIDTH = str.maketrans("0123456789()", "０１２３４５６７８９（）")
SWAPPED = (("+", "-"), ("-", "+"), ("-", ""), ("(", "["), (")", "]"), ("[", "("), ("]", ")"), ("<", ">"), ("<", r"\le "), (r"\le", "<"))
SWAPPED += (
    ("x", "y"),
    (r"\pi", ""),
    (r"\sqrt", ""),
    ("^2", "^3"),
    (",", ""),
    ("i", "1"),
    (r"\frac", r"\binom"),
    (r"\cup", r"\cap"),
    (r"\cos", r"\sin"),
)


def changed(path: Path) -> None:
    """Answers written in other ways, which must stay right, and with one thing changed, which must not; those that do are printed."""
    solutions = [json.loads(line)["solution"] for line in path.read_text(encoding="utf-8").splitlines()]
    texts = sorted({answer for solution in solutions if (answer := boxed_answer(solution))})
    same = [(text, other) for text in texts for rewrite in REWRITTEN if (other := rewrite(text)) != text]
    refused = [pair for pair in same if not ours(*pair)]
    print(f"{len(texts)} answers, {len(same)} rewritings: {len(refused)} not accepted", *refused, sep="\n    ")
    draw = Random(5)
    others = [(text, other) for text in texts for other in sorted(mutated(text, draw))]
    accepted = [pair for pair in others if ours(*pair)]
    print(f"{len(others)} changes: {len(accepted)} accepted", *accepted, sep="\n    ")


def mutated(text: str, draw: Random) -> set[str]:
    """A digit more, less, or another; a sign, a bracket or a command changed; something put before or behind."""
    digits = [at for at, char in enumerate(text) if char.isdigit()]
    found = {f"-{text}", f"{text}x", f"{text}+1", f"2{text}"}
    for at in draw.sample(digits, min(3, len(digits))):
        found |= {text[:at] + new + text[at + 1 :] for new in (str((int(text[at]) + 1) % 10), text[at] + "0", "")}
    for old, new in SWAPPED:
        places = [match.start() for match in re.finditer(re.escape(old), text)]
        if places:
            at = draw.choice(places)
            found.add(text[:at] + new + text[at + len(old) :])
    return found - {text}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hostile", type=int, default=10_000, help="random pairs")
    parser.add_argument("--labelled", type=Path, help="labelled solutions of GSM8K")
    parser.add_argument(
        "--changed", type=Path, help="problems with solutions, whose answers are rewritten and mutated; nothing else is done"
    )
    options = parser.parse_args()
    logging.disable(logging.WARNING)  # Math-Verify reports each of its time-outs
    print(f"{os.cpu_count()} cores, load average at the start {os.getloadavg()[0]:.1f}\n")
    if options.changed:
        changed(options.changed)
        return
    accuracy()
    speed()
    if options.labelled:
        labelled(options.labelled)
    hostility(options.hostile)


if __name__ == "__main__":
    main()
