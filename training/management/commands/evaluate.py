"""Solve a file of problems, or take transcripts; say how often one response, a vote, the reward model's pick or any of k is right."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inference.selection import mathematically_equal
from training import evaluating
from training.evaluation import report
from training.evaluation.measures import Measures, UnlabelledError, measure
from training.evaluation.regrade import regrade
from training.evaluation.transcripts import MOST_CANDIDATES, Problem, TranscriptError, read

SOLVING = ("mode", "n", "first", "skip", "out")  # options that say how problems are solved
same = lru_cache(maxsize=100_000)(mathematically_equal)


class Command(BaseCommand):
    help = (
        "Solve the problems of a file (GSM8K, MATH, AIME, AMC, CMATH, GaoKao, MGSM, SVAMP, Minerva and others as they come), or measure"
        " transcripts: greedy, mean, Maj@k, RM@k, weighted@k and pass@k in percent, with 95 % intervals. A run that was stopped goes on"
        " when it is asked for again; its transcripts are kept."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--data", type=Path, metavar="FILE", help="problems, JSON lines")
        source.add_argument("--transcripts", type=Path, metavar="FILE", help="JSON lines; docs/benchmarks.md has the forms")
        parser.add_argument("--mode", choices=["auto", "cot", "tir"], default="auto", help="in words, with Python, or as the problem asks")
        parser.add_argument("--n", type=_count, default=1, help="responses to each problem, besides the greedy one")
        parser.add_argument("--select", choices=[*evaluating.NAMES], help="the rule whose figure is said on its own")
        parser.add_argument("--first", type=int, metavar="K", help="only so many problems")
        parser.add_argument("--skip", type=int, default=0, metavar="K", help="leave so many out before them")
        parser.add_argument("--out", type=Path, metavar="FOLDER", help="where transcripts and report are kept")
        parser.add_argument(
            "--regrade",
            action="store_true",
            help="read the answers from the texts and judge them by our own checker; list where the file's labels differ",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 (Django's options)
        request = _request(options)
        path: Path = self._solved(request) if request else options["transcripts"]
        try:
            problems = read(path)
            if options["regrade"]:
                measures, result, text = _regraded(problems, read(path, extract=True))
            else:
                measures = measure(problems, same)
                result, text = report.as_json(measures), report.as_table(measures)
        except TranscriptError as error:
            raise CommandError(str(error)) from error
        except UnlabelledError as error:
            raise CommandError(f"{path}: {error} Judge the answers with --regrade.") from error
        try:
            rule, right = evaluating.picked(measures, options["select"])
            trouble = ""
        except ValueError as error:  # hours of work are kept all the same
            (rule, right), trouble = evaluating.picked(measures, None), str(error)
        result |= {"select": rule, "picked": round(right, 2), "transcripts": str(path)}
        if request:
            evaluating.keep(request, result)
        text += f"\n\npicked by {rule}: {right:.1f}\ntranscripts: {path}"
        self.stdout.write(json.dumps(result, ensure_ascii=False) if options["json"] else text)
        if trouble:
            raise CommandError(trouble)

    def _solved(self, request: evaluating.Request) -> Path:
        if not evaluating.can_keep():
            raise CommandError("The database is not set up yet: start Lemma once (make run), or call manage.py migrate.")
        try:
            self.stderr.write(f"To see how far it is: tail -1 {request.folder / 'progress.jsonl'}")
            return evaluating.run(request)
        except OSError as error:
            raise CommandError(str(error)) from error
        except evaluating.EvaluationError as error:
            raise CommandError(f"{error} What it has so far is in {request.folder}.", returncode=error.status) from error


def _request(options: dict[str, Any]) -> evaluating.Request | None:
    """None for transcripts, of which all is measured. Raises `CommandError` for what would choose among them."""
    if options["data"]:
        return evaluating.Request(**{name: options[name] for name in ("data", *SOLVING)})
    usual = evaluating.Request(data=Path())
    if named := [name for name in SOLVING if options[name] != getattr(usual, name)]:
        raise CommandError(f"--{named[0]} says how a file of problems is solved; transcripts are measured as they are.")
    return None


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_CANDIDATES:
        raise ArgumentTypeError(f"a number from 1 to {MOST_CANDIDATES}")
    return int(text)


def _regraded(problems: list[Problem], extracted: list[Problem]) -> tuple[Measures, dict[str, Any], str]:
    """The figures by our own labels; beside them those by the file's, where it has them, and what the two judge differently."""
    own, judged = regrade(extracted)
    measures = measure(own, same)
    given = measure(problems, same) if all(problem.labelled for problem in problems) else None
    return measures, report.compared_as_json(measures, given, judged), report.compared_as_table(measures, given, judged)
