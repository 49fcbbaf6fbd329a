"""What programs ask that keep Lemma running: load balancers, the probes of containers, monitors.

They call a process by whatever address it has, in plain HTTP and without logging in. So they are answered before Django looks at any of
that, and are told the names of parts, never reasons.
"""

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from accounts.workers import in_database
from tutor import standing

KEPT = 1.0  # seconds that a look holds
PATIENCE = 3.0  # seconds for a look; what takes longer is as good as missing
FOR_PAGES = {"database", "migrations"}  # without these a process has no page to show, not even one that says what is missing

App = Any  # an ASGI application; Django's and Channels' types do not meet


class Health:
    """The application with three addresses more, which say what is missing: 503 where that is anything."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._database, self._broker = Looks("database", _at_database), Looks("broker", _at_broker)
        self._answers = {"/health/live": self._live, "/health/ready": self._ready, "/health/whole": self._whole}

    async def __call__(self, scope: dict[str, Any], receive: App, send: App) -> None:
        answer = self._answers.get(scope["path"].rstrip("/"))
        if answer is None or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        missing = sorted(await answer())
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 503 if missing else 200, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps({"missing": missing}).encode()})

    async def _live(self) -> set[str]:
        """This process answers."""
        return set()

    async def _ready(self) -> set[str]:
        """It can show pages."""
        return await self._database.look() & FOR_PAGES

    async def _whole(self) -> set[str]:
        """Questions are solved, in words and with Python."""
        return set().union(*await asyncio.gather(self._database.look(), self._broker.look()))


class Looks:
    """At one part: however many ask, one at a time, and one a second at most."""

    def __init__(self, part: str, look: Callable[[], Awaitable[set[str]]]) -> None:
        self._part, self._look = part, look
        self._looking: asyncio.Task[set[str]] | None = None
        self._began = -math.inf

    async def look(self) -> set[str]:
        """What is missing there; the part itself, where that is not found out."""
        if self._looking is None or (self._looking.done() and time.monotonic() - self._began > KEPT):
            self._looking, self._began = asyncio.create_task(self._looked()), time.monotonic()
        try:
            return await asyncio.wait_for(asyncio.shield(self._looking), PATIENCE)
        except TimeoutError:
            return {self._part}

    async def _looked(self) -> set[str]:
        try:
            return await self._look()
        except (DatabaseError, InterfaceError, RedisError, OSError):
            return {self._part}


async def _at_broker() -> set[str]:
    async with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0)) as broker:
        await broker.ping()
    return set()


async def _at_database() -> set[str]:
    return await in_database(_known_by_database)


def _known_by_database() -> set[str]:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return {"migrations"}
    state = standing.state()
    lacks = {"worker": state.no_worker, "model": state.loading or state.engine_error, "sandbox": state.sandbox_error}
    return {part for part, is_missing in lacks.items() if is_missing}
