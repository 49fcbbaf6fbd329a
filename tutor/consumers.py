"""The socket on which a conversation's turns stream: replay from the database, then follow the bell, in order, without a gap."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, cast
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection
from django.http import Http404

from accounts.models import User
from accounts.sockets import BAD_MESSAGE, LOGGED_OUT, NOT_THERE, TRY_LATER, BellConsumer
from tutor import asking, eventlog, standing
from tutor.eventlog import Entry
from tutor.models import Turn

logger = logging.getLogger(__name__)

HEAL = 1.0  # seconds without a bell after which the database is looked into
RECHECK = 5  # such looks after which even turns whose bells ring are looked for: is the reader still who may read them?
SLOW = 3.0  # seconds that one frame may take to leave
WATCHED = 100  # turns that one socket may watch at once
READERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sockets")  # a process's sockets read the database in these

OUTDATED = 4409  # besides those that all sockets close with


class BadMessage(Exception):
    """The client sent something else than a watch."""


class Watch:
    """A turn that the socket follows: `sent` is the last `seq` that went out."""

    def __init__(self, sent: int) -> None:
        self.sent = sent
        self.heard = False  # a bell came since the last look into the database
        self.position: int | None = None


class ConversationConsumer(BellConsumer):
    """See docs/architecture.md, "The socket"."""

    def __init__(self) -> None:
        super().__init__()
        self.watches: dict[UUID, Watch] = {}
        self.order = asyncio.Lock()  # replay, bell and healer must not overtake each other
        self.healer: asyncio.Task[None] | None = None
        self.closed = False

    async def __call__(self, *arguments: Any) -> None:  # noqa: ANN401 (ASGI's scope, receive and send)
        """A socket can end without Channels calling `disconnect`: clean up here, however it ended."""
        try:
            await super().__call__(*arguments)
        finally:
            if self.healer is not None:
                self.healer.cancel()
                await self.leave(eventlog.group(self.conversation_id))

    async def connect(self) -> None:
        await self.accept()  # first: a browser is not told the code of a socket that was never open
        user, pk = self.scope["user"], self.scope["url_route"]["kwargs"]["pk"]
        if user is None or not user.is_authenticated:
            return await self.close(LOGGED_OUT)
        try:
            await _in_database(asking.get_conversation_for, cast(User, user), pk)
        except Http404:
            return await self.close(NOT_THERE)
        self.conversation_id, self.user_id = pk, user.pk
        await self.join(eventlog.group(pk))
        self.healer = self.beside(self._heal())

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Channels visits a thread before each message, for the database's sake; a bell, which may come 25 times a second, needs none."""
        if message["type"] == "turn.events":
            await self.turn_events(message)
        else:
            await super().dispatch(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Watch a turn: replay what the client lacks, follow the rest."""
        if self.healer is None:  # refused above
            return
        try:
            turn_id, after = _parse(text_data)
            if len(self.watches) >= WATCHED and turn_id not in self.watches:
                raise BadMessage
        except BadMessage:
            return await self.close(BAD_MESSAGE)
        async with self.order:
            self.watches[turn_id] = Watch(after)
            await self._look([turn_id])

    async def turn_events(self, message: dict[str, Any]) -> None:
        """The bell, with the new events where these are small."""
        turn_id = UUID(message["turn"])
        async with self.order:
            watch = self.watches.get(turn_id)
            if watch is None:
                return
            entries = message["events"]
            if entries and entries[0]["seq"] <= watch.sent + 1:
                watch.heard = True
                await self._forward(turn_id, watch, entries)
            else:
                await self._look([turn_id])

    async def _heal(self) -> None:
        """Find what no bell told of, tell the positions of those that wait, and see whether the reader may still read."""
        for at in count(1):
            await asyncio.sleep(HEAL)
            async with self.order:
                await self._look([turn_id for turn_id, watch in self.watches.items() if not watch.heard or at % RECHECK == 0])
                for watch in self.watches.values():
                    watch.heard = False

    async def _look(self, turn_ids: list[UUID]) -> None:
        """Send what the database has beyond what was sent."""
        while turn_ids:
            try:
                sent = {turn_id: self.watches[turn_id].sent for turn_id in turn_ids}
                found = await _in_database(_read, self.conversation_id, self.user_id, sent)
            except (OperationalError, InterfaceError) as error:
                logger.warning("A socket could not read the database; it will try again in %s s: %s", HEAL, error)
                return
            if len(found) < len(turn_ids):
                return await self.close(NOT_THERE)
            if any(each.joined for each in found.values()):  # its log has other numbers than the page counted, which slept for a day
                return await self.close(OUTDATED)
            for turn_id in turn_ids:
                await self._tell(turn_id, found[turn_id])
            turn_ids = [turn_id for turn_id in turn_ids if turn_id in self.watches and len(found[turn_id].entries) == eventlog.PAGE]

    async def _tell(self, turn_id: UUID, found: "Found") -> None:
        watch = self.watches.get(turn_id)
        if watch is None:  # the socket was closed meanwhile
            return
        await self._forward(turn_id, watch, found.entries)
        if found.position is not None and found.position != watch.position:
            watch.position = found.position
            await self._send({"turn": str(turn_id), "kind": "position", "data": {"position": found.position}})

    async def _forward(self, turn_id: UUID, watch: Watch, entries: list[Entry]) -> None:
        """Send the entries that come next; the caller has none that leave a gap."""
        for entry in entries:
            if entry["seq"] == watch.sent + 1:
                await self._send({"turn": str(turn_id), **entry})
                watch.sent += 1
                if entry["kind"] in eventlog.FINAL:
                    self.watches.pop(turn_id, None)

    async def _send(self, frame: dict[str, Any]) -> None:
        if self.closed:
            return
        try:
            async with asyncio.timeout(SLOW):
                await self.send(text_data=json.dumps(frame, ensure_ascii=False))
        except TimeoutError:
            await self._close_slow()
        except OSError:  # the client has gone; `receive` is told so by the server
            self.closed = True

    async def _close_slow(self) -> None:
        """Tell a client that it is too slow; it resumes where it was. Where even that does not leave, the server's ping ends the socket."""
        try:
            async with asyncio.timeout(SLOW):
                await self.close(TRY_LATER)
        except TimeoutError:
            logger.info("A socket stands still")

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        self.closed = True
        self.watches.clear()
        await super().close(code, reason)


@dataclass(frozen=True, slots=True)
class Found:
    """What the database has of a turn: new entries (`eventlog.PAGE` at most), its place in the queue if it waits, whether it is joined."""

    entries: list[Entry]
    position: int | None
    joined: bool


async def _in_database[**P, T](function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(READERS, partial(_keeping_connection, function, *arguments, **named))


def _keeping_connection[**P, T](function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """These threads keep their connections: one for each read would cost more than the read. A broken one is not kept."""
    try:
        return function(*arguments, **named)
    except (OperationalError, InterfaceError):
        connection.close()
        raise


def _read(conversation_id: UUID, user_id: int, sent: Mapping[UUID, int]) -> dict[UUID, Found]:
    """For those of the turns that are the conversation's, as long as it is this user's: a page stays open for hours, accounts may end."""
    theirs = Turn.objects.filter(conversation=conversation_id, conversation__owner=user_id, conversation__owner__is_active=True)
    states = theirs.filter(pk__in=sent).values_list("pk", "state", "joined")
    return {
        turn_id: Found(eventlog.read(turn_id, sent[turn_id]), standing.position(turn_id) if state == Turn.State.QUEUED else None, joined)
        for turn_id, state, joined in states
    }


def _parse(text: str | None) -> tuple[UUID, int]:
    try:
        message = json.loads(text or "")
        turn_id, after = UUID(message["watch"]), message["after"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadMessage from error
    if not isinstance(after, int) or after < 0:
        raise BadMessage
    return turn_id, after
