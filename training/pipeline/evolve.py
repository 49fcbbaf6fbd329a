"""Stage `evolve`: new problems out of given ones, each with an answer that several solutions agree on and Python confirms.

    {"out": "…", "problems": "…/train.jsonl", "changes": ["numbers", "reverse"], "per_change": 2, "solutions": 4, "least_agreement": 0.75}

The engine is asked for each change of each problem (`changes`). What it writes is held against its parents, the files of `known` and what
came before it (`duplicates`), and what is new is solved `solutions` times with Python. Writes

    proposals.jsonl   every reply, and why it is no problem, if it is not
    samples.jsonl     the solutions, as `sample` writes them
    problems.jsonl    {"id", "question", "expected", "parents": ids, "roots": ids, "change", "language", "seed",
                       "agreement": {"agreeing": 4, "of": 4}}
    report.json       what was asked, kept and refused, by change and reason

A solution counts for its answer only where its program's result is the answer (the badge), and a problem is kept where at least
`least_agreement` of all count for the same. That solutions agree does not say that the problem makes sense.

Killed and started again, it goes on with what is missing. Memory: the problems and the replies, about 2 kB a reply.
"""

import asyncio
import itertools
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference import prompts, rewriting
from inference.engines import ContextOverflow, Engine, Sampling, continued, seed_from
from inference.rewriting import CHANGES, Change, Refused
from inference.texts import problem_key
from training import rows
from training.evaluation.datasets import DatasetError, Problem, read_problems
from training.pipeline import changes, sample, stage
from training.pipeline.changes import Proposal
from training.pipeline.duplicates import NearDuplicates
from training.pipeline.engine import EngineConfig, in_flight, opened
from training.pipeline.judging import Judges
from training.pipeline.stage import Folder, StageError, free, require
from training.rows import Row


@dataclass(frozen=True, kw_only=True)
class Config(EngineConfig):
    """`temperature` and `top_p` are for writing problems, which are solved at `solving_temperature`; `near` is the least similarity of
    duplicates. Problems without an answer are taken only where `unanswered` says so.
    """

    problems: Path
    unanswered: bool = False
    changes: tuple[Change, ...] = CHANGES
    per_change: int = 1
    known: tuple[Path, ...] = ()
    near: float = 0.6
    temperature: float = 0.8
    top_p: float = 0.95
    solutions: int = 4
    solving_temperature: float = 0.7
    least_agreement: float = 1.0
    tokens: int = 1024
    seed: int = 0
    skip: int = 0
    first: int | None = None
    checkers: int = free(2)

    def __post_init__(self) -> None:
        super().__post_init__()
        require(bool(self.changes) and self.per_change > 0, "changes, per_change: at least one change must be asked for.")
        require(self.solutions > 1, "solutions: from 2, so that they can agree.")
        require(0 < self.least_agreement <= 1 and 0 < self.near <= 1, "least_agreement, near: above 0 and at most 1.")
        require(0 < self.checkers <= 256, "checkers: from 1 to 256.")
        require(0 <= self.temperature <= 2 and 0 < self.top_p <= 1, "temperature: from 0 to 2; top_p: above 0 and at most 1.")
        self.solving  # noqa: B018 (checks the fields that it has from here)

    @property
    def solving(self) -> sample.Config:
        """How the new problems are solved, and which are taken."""
        shared = ("out", "problems", "unanswered", "skip", "first", "tokens", "seed", "sequences", "url", "model", "gguf")
        return sample.Config(
            per_problem=self.solutions,
            modes=("tir",),
            temperatures=(self.solving_temperature,),
            **{name: getattr(self, name) for name in shared},
        )


def proposals(problems: list[Problem], config: Config) -> Iterator[Proposal]:
    """All changes that the config asks for. A problem without an answer cannot be reversed, one alone of its language not be combined."""
    places: dict[str, tuple[int, list[Problem]]] = {}
    languages: dict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        others = languages[prompts.detect_language(problem.question)]
        places[problem.id] = len(others), others
        others.append(problem)
    for number, problem, change in itertools.product(range(config.per_change), problems, config.changes):
        seed = seed_from(config.seed, problem.id, change, number)
        place, others = places[problem.id]
        if change == "combine" and len(others) > 1:
            yield Proposal(problem, change, number, seed, others[(place + 1 + seed % (len(others) - 1)) % len(others)])
        elif change != "combine" and (problem.expected or change != "reverse"):
            yield Proposal(problem, change, number, seed)


async def propose(proposal: Proposal, engine: Engine, config: Config) -> Row:
    """What the model makes of it. Raises `EngineError`."""
    asked = {"id": proposal.id, "change": proposal.change, "seed": proposal.seed}
    sampling = Sampling(
        max_tokens=rewriting.TOKENS, temperature=config.temperature, top_p=config.top_p, stop=rewriting.STOP, seed=proposal.seed
    )
    reply = ""
    try:
        reply, finish = await continued(engine, changes.prompt(proposal), sampling)
        if finish != "stop":
            raise Refused("cut off")
        return asked | {"question": rewriting.read(reply, proposal.language), "refused": None, "reply": reply}
    except ContextOverflow:
        return asked | {"question": None, "refused": "too long for the model", "reply": ""}
    except Refused as reason:
        return asked | {"question": None, "refused": str(reason), "reply": reply}


async def propose_all(wanted: list[Proposal], config: Config, folder: Folder) -> None:
    """Write what is missing of `proposals.jsonl`. Raises `StageError`, `StopAsked`, OSError."""
    out = folder.path / "proposals.jsonl"
    rows.count(out)
    there = {row["id"] for row in rows.read(out)}
    todo = [proposal for proposal in wanted if proposal.id not in there]
    if not todo:
        return
    async with opened(config, python=False) as (engine, _):
        with rows.Appender(out) as file:
            written = in_flight(todo, lambda proposal: propose(proposal, engine, config), config, folder)
            async with aclosing(written):
                async for row in written:
                    file.add(row)
                    there.add(row["id"])
                    if len(there) % config.sequences == 0 or len(there) == len(wanted):
                        folder.progress(len(there), len(wanted), step="propose")


class Evolution:
    """The proposals on their way to problems, and where each ended."""

    def __init__(self, wanted: list[Proposal], path: Path) -> None:
        self._replies = {row["id"]: row for row in rows.read(path)}
        self._wanted = {proposal.id: proposal for proposal in wanted}
        self.ends: dict[str, Counter[str]] = defaultdict(Counter)

    def new(self, known: Iterable[str], threshold: float) -> list[Problem]:
        """The replies that are problems and repeat neither a parent, nor a known problem, nor one before them."""
        seen: dict[str, NearDuplicates] = defaultdict(lambda: NearDuplicates(threshold))
        for question in known:
            seen[problem_key(question)].add(question)
        found = []
        for proposal in self._wanted.values():
            reply = self._replies[proposal.id]
            self.ends[proposal.change]["asked"] += 1
            if reply["refused"]:
                self.ends[proposal.change][reply["refused"]] += 1
            elif seen[problem_key(reply["question"])].find(reply["question"]) is not None:
                self.ends[proposal.change]["near duplicate"] += 1
            else:
                seen[problem_key(reply["question"])].add(reply["question"])
                found.append(Problem(id=proposal.id, question=reply["question"], expected="", roots=tuple(proposal.roots)))
        return found

    def agreed(self, solved: Iterable[list[Row]], config: Config, check_stop: Callable[[], None]) -> Iterator[Row]:
        """The problems whose solutions agree."""
        with Judges(config.checkers) as judges:
            for group, judgement in judges.judged(solved, lambda group: _asked(group, config), check_stop):
                proposal = self._wanted[group[0]["problem"]]
                confirmed = sum(row["checked"] is True for row in group)
                if judgement.expected is None:
                    enough = confirmed >= config.least_agreement * len(group)
                    self.ends[proposal.change]["solutions disagree" if enough else "not confirmed by Python"] += 1
                elif not rewriting.is_sensible(judgement.expected, proposal.parent.expected):
                    self.ends[proposal.change]["answer makes no sense"] += 1
                else:
                    self.ends[proposal.change]["kept"] += 1
                    agreement = {"agreeing": judgement.agreeing, "of": len(group)}
                    yield _kept(proposal, group[0]["question"], judgement.expected, agreement)


def _asked(group: list[Row], config: Config) -> dict[str, Any]:
    """Only the badge makes a solution count."""
    answers = [row["answer"] if row.get("checked") else None for row in group]
    return {"expected": None, "answers": answers, "scores": [None] * len(group), "least_agreement": config.least_agreement}


def _kept(proposal: Proposal, question: str, expected: str, agreement: dict[str, Any]) -> Row:
    return {
        "id": proposal.id,
        "question": question,
        "expected": expected,
        "parents": [parent.id for parent in proposal.parents],
        "roots": proposal.roots,
        "change": proposal.change,
        "language": proposal.language,
        "seed": proposal.seed,
        "agreement": agreement,
    }


def evolve(config: Config, folder: Folder) -> dict[str, Any]:
    """Raises `StageError`, `StopAsked`, `DatasetError`, `RowError`, OSError."""
    problems = list(sample.chosen(config.solving))
    wanted = list(proposals(problems, config))
    if not wanted:
        raise StageError(f"{config.problems}: there is nothing to change.")
    asyncio.run(propose_all(wanted, config, folder))
    evolution = Evolution(wanted, folder.path / "proposals.jsonl")
    known = [problem.question for path in config.known for problem in read_problems(path, answered=False)]
    new = evolution.new([*(problem.question for problem in problems), *known], config.near)
    if new:
        asyncio.run(sample.sample(new, config.solving, folder))
        order = {problem.id: place for place, problem in enumerate(new)}
        groups = rows.Groups([folder.path / "samples.jsonl"], lambda row: str(row["problem"]))
        solved = (sorted(groups.of(problem), key=lambda row: int(row["sample"])) for problem in order)
        rows.write(folder.path / "problems.jsonl", evolution.agreed(solved, config, folder.check_stop))
    else:
        rows.write(folder.path / "problems.jsonl", [])
    rows.write_text(folder.path / "report.json", json.dumps(evolution.ends, ensure_ascii=False, indent=1) + "\n")
    return {"asked": len(wanted), "new": len(new), "kept": sum(ends["kept"] for ends in evolution.ends.values())}


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    try:
        return evolve(config, folder)
    except DatasetError as error:
        raise StageError(str(error)) from error


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
