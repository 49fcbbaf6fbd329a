"""`manage.py supervise RUN`: what the workers and `iterate` start for each run. Nobody needs to call it."""

import os
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from training.processes import NICE
from training.supervisor import supervise


class Command(BaseCommand):
    help = "Work through the stages of a queued run, unless another process does. (The workers start this.)"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=UUID)

    def handle(self, *, run: UUID, **options: Any) -> None:  # noqa: ANN401 (Django's options)
        os.nice(NICE)
        supervise(run)
