"""Measure a file of transcripts: how often one response, a vote, the reward model's pick or any of k is right."""

import json
from argparse import ArgumentParser
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inference.selection import mathematically_equal
from training.evaluation import report
from training.evaluation.measures import UnlabelledError, measure
from training.evaluation.regrade import regrade
from training.evaluation.transcripts import Problem, TranscriptError, read

same = lru_cache(maxsize=100_000)(mathematically_equal)


class Command(BaseCommand):
    help = "Measure transcripts: first, mean, Maj@k, RM@k, weighted@k and pass@k in percent, with 95 % intervals."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--transcripts", type=Path, required=True, metavar="FILE", help="JSON lines; docs/benchmarks.md has the forms")
        parser.add_argument(
            "--regrade",
            action="store_true",
            help="read the answers from the texts and judge them by our own checker; list where the file's labels differ",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 (Django's options)
        path: Path = options["transcripts"]
        try:
            problems = read(path)
            if options["regrade"]:
                result, text = _regraded(problems, read(path, extract=True))
            else:
                measures = measure(problems, same)
                result, text = report.as_json(measures), report.as_table(measures)
        except TranscriptError as error:
            raise CommandError(str(error)) from error
        except UnlabelledError as error:
            raise CommandError(f"{path}: {error} Judge the answers with --regrade.") from error
        self.stdout.write(json.dumps(result, ensure_ascii=False) if options["json"] else text)


def _regraded(problems: list[Problem], extracted: list[Problem]) -> tuple[dict[str, Any], str]:
    """The figures by our own labels; beside them those by the file's, where it has them, and what the two judge differently."""
    own, judged = regrade(extracted)
    measures = measure(own, same)
    given = measure(problems, same) if all(problem.labelled for problem in problems) else None
    return report.compared_as_json(measures, given, judged), report.compared_as_table(measures, given, judged)
