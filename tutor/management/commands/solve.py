"""Solve one problem in the terminal: the path that a worker goes, without web server, database and broker."""

import asyncio
import base64
import json
import os
import re
import sys
from argparse import ArgumentParser
from contextlib import AsyncExitStack, aclosing
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from inference.best_of import MOST, Budget
from inference.engines import EngineError
from inference.engines.opening import LOADING
from inference.events import CandidateEvent, Code, Done, Dropped, Event, Output, Scored, Selected, Solution, Solved, Started, Token
from inference.sandbox import SandboxError
from inference.solve import TRIES, solve
from inference.wire import WIRES
from tutor.failures import failure_of
from tutor.opening import opened, scorer_for

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # what a terminal obeys; a model's text may hold any of it
GIVEN_UP = {
    "refuted": "This answer is wrong: it does not fit the problem. Another try:",
    "repeats": "The model says the same again and again. Another try:",
}
INTERRUPTED = 130  # the shells' status for Ctrl-C


class Command(BaseCommand):
    help = "Solve a problem and stream the solution to the terminal; exit status 0, or 1 where it failed."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("question")
        parser.add_argument("--mode", choices=["auto", "cot", "tir"], default="auto", help="cot: words; tir: Python")
        parser.add_argument("--language", choices=["auto", "en", "zh"], default="auto")
        parser.add_argument("--wire", choices=list(WIRES), default="fence", help="how code is written into the message")
        parser.add_argument("--temperature", type=float, default=0.0)
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--n", type=int, default=1, help="solutions side by side, of which one is picked")
        parser.add_argument(
            "--select", choices=["first", "majority", "reward", "weighted"], help="how (default: weighted by the reward model)"
        )
        parser.add_argument("--seconds", type=float, default=settings.BEST_OF_SECONDS, help="then the best of what is complete is picked")
        parser.add_argument("--wait", type=float, default=LOADING, help="seconds to wait for an engine that is not ready")
        parser.add_argument("--json", action="store_true", help="one event a line, as JSON")

    def handle(self, *, question: str, json: bool, **options: Any) -> None:  # noqa: ANN401 (Django's options)
        if not question.strip() or len(question) > settings.QUESTION_LIMIT:
            raise CommandError(f"The question is empty, or longer than {settings.QUESTION_LIMIT} characters.")
        if not 1 <= options["n"] <= MOST:
            raise CommandError(f"--n is 1 to {MOST}.")
        show: JsonLines | Terminal = JsonLines() if json else Terminal()
        try:
            status = asyncio.run(_solve(question, options, show))
        except KeyboardInterrupt:
            show.stopped()
            status = INTERRUPTED
        except BrokenPipeError:  # the reader has gone, as `| head` does; Python must not complain when it flushes at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = 1
        if status:
            sys.exit(status)


class JsonLines:
    """Events as JSON, one a line; pictures as base64 PNG under `images`."""

    def event(self, event: Event) -> None:
        images = {"images": [base64.b64encode(image).decode() for image in event.images]} if isinstance(event, Output) else {}
        self._write({"kind": event.kind, **event.payload(), **images})

    def failed(self, error: Exception) -> None:
        self._write({"kind": "failed", "reason": failure_of(error).value, "message": str(error)})

    def stopped(self) -> None:
        self._write({"kind": "stopped"})

    def _write(self, line: dict[str, Any]) -> None:
        print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201


class Terminal:
    """Events for a person."""

    def __init__(self) -> None:
        self._part = "text"
        self._n = 1
        self._texts: dict[int, str] = {}  # of several, which are not shown before one is picked

    def event(self, event: Event) -> None:
        match event:
            case Started():
                self._n, self._part = event.n, "text"
                begins = f"\n\n{GIVEN_UP[event.given_up]}" if event.given_up else f"{event.model}, {event.mode}, {event.language}"
                self._write(f"{begins}\n\n")
            case Solved() | Dropped() | Scored() | Selected():
                self._candidate(event)
            case Done() if self._n > 1:
                self._write(f"\n{self._texts[event.candidate]}\n\nAnswer: {event.answer or 'none'}{_verdict(event)}\n")
            case CandidateEvent() if self._n > 1:
                return
            case Token():
                if event.part != self._part:
                    self._write("\n>>> Python\n" if event.part == "code" else "")
                self._part = event.part
                self._write(event.text)
            case Code():
                self._part = "text"
                self._write("\n>>> Output\n")
            case Output():
                plots = f"({len(event.images)} plots; --json has them)" if event.images else ""
                self._write("\n".join(line for line in (event.text.rstrip(), event.error, plots) if line) + "\n\n")
            case Done():
                self._write(f"\n\nAnswer: {event.answer or 'none'}{_verdict(event)}\n")

    def _candidate(self, event: CandidateEvent) -> None:
        match event:
            case Solved():
                self._texts[event.candidate] = event.text
                self._write(f"solution {event.candidate + 1}: {event.answer or 'no answer'}{_verdict(event)}\n")
            case Dropped():
                self._write(f"solution {event.candidate + 1}: not finished ({event.reason})\n")
            case Scored():
                self._write(f"solution {event.candidate + 1}: score {event.score:.2f}\n")
            case Selected():
                doubt = "; not sure" if event.unsure else ""
                missing = f" ({event.scorer_error})" if event.scorer_error else ""
                agreed = f"{event.agreeing} of {event.count} agree{doubt}"
                self._write(f"\nPicked: solution {event.candidate + 1}, by {event.rule}{missing}; {agreed}.\n")

    def failed(self, error: Exception) -> None:
        print(f"\n{failure_of(error).label} ({error})", file=sys.stderr)  # noqa: T201

    def stopped(self) -> None:
        print("\nStopped.", file=sys.stderr)  # noqa: T201

    def _write(self, text: str) -> None:
        sys.stdout.write(CONTROL.sub("", text))
        sys.stdout.flush()


def _verdict(solution: Solution) -> str:
    if solution.refuted:
        return " (wrong: it does not fit the problem)"
    return " (checked by Python)" if solution.checked else " (Python's result is another one)" if solution.differs else ""


async def _solve(question: str, options: dict[str, Any], show: JsonLines | Terminal) -> int:
    try:
        async with opened(options["wait"]) as (engine, sandbox), AsyncExitStack() as stack:
            scorer = scorer_for(engine)
            if scorer:
                stack.push_async_callback(scorer.close)
            solution = solve(
                question,
                engine=engine,
                sandbox=sandbox,
                mode=options["mode"],
                language=options["language"],
                wire=WIRES[options["wire"]],
                temperature=options["temperature"],
                seed=options["seed"],
                tries=TRIES,
                n=options["n"],
                select=options["select"] or ("weighted" if scorer else "majority"),
                scorer=scorer,
                budget=Budget(seconds=options["seconds"]),
            )
            async with aclosing(solution) as events:
                async for event in events:
                    show.event(event)
    except (EngineError, SandboxError) as error:
        show.failed(error)
        return 1
    return 0
