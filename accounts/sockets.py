"""Sockets: what they say is in the database, and the channel layer is a bell, without which they go on looking by themselves.

`StateConsumer` is one that tells an open page how things stand whenever that is news.
"""

import asyncio
import json
import logging
from collections.abc import Coroutine
from typing import Any, ClassVar, cast
from uuid import uuid4

from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.shortcuts import get_object_or_404
from redis.exceptions import RedisError

from accounts.models import User

logger = logging.getLogger(__name__)

LOGGED_OUT, NOT_THERE, TRY_LATER, BAD_MESSAGE = 4401, 4404, 1013, 4400
LONGEST = 1_000  # characters of a frame; nothing that a page says is as long
NO_LAYER = "none"  # no layer has this name, and Channels serves a socket without one


def ring(group: str) -> None:
    """Ring the bell of a group of `StateConsumer`s. One that is lost costs seconds: they look by themselves."""
    layer = get_channel_layer()
    assert layer is not None  # settings have one
    try:
        async_to_sync(layer.group_send)(group, {"type": "state.changed"})
    except (RedisError, OSError) as error:
        logger.warning("No bell for %s: %s", group, error)


class BellConsumer(AsyncWebsocketConsumer):
    """A socket that is served without its bell where the broker is away as it opens. A subclass accepts it at once."""

    pause: ClassVar[float] = 5.0  # seconds from a mistake of ours to the end of the socket
    is_open = False
    channel_name = ""  # until Channels has one

    async def __call__(self, *arguments: Any) -> None:  # noqa: ANN401 (ASGI's scope, receive and send)
        try:
            await self._serve(*arguments)
        except (RedisError, OSError) as error:
            if self.is_open:
                raise
            logger.warning("A socket has no bell: %s", error)
            self.channel_layer_alias = NO_LAYER  # type: ignore[misc]  # Channels reads it of the socket, not of its class
            self.channel_name = uuid4().hex
            await self._serve(*arguments)  # nothing was received yet

    async def _serve(self, *arguments: Any) -> None:  # noqa: ANN401
        try:
            await super().__call__(*arguments)
        finally:
            await self._forget_channel()

    async def _forget_channel(self) -> None:
        """A layer forgets a channel when the wait for its next message is cancelled; where one has just come, it never would."""
        layer: Any = self.channel_layer  # the type that Channels says has no channels
        while layer is not None and self.channel_name in layer.channels:
            waiting = asyncio.ensure_future(layer.receive(self.channel_name))
            await asyncio.sleep(0)  # it begins
            waiting.cancel()
            await asyncio.wait({waiting})

    async def accept(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 (Channels')
        self.is_open = True
        await super().accept(*arguments, **named)

    async def websocket_receive(self, message: Any) -> None:  # noqa: ANN401 (Channels')
        """What is too long is not read: a frame of some megabytes would hold up everybody's sockets and pages, and fill the memory."""
        if len(message.get("text") or message.get("bytes") or "") > LONGEST:
            return await self.close(BAD_MESSAGE)
        await super().websocket_receive(message)

    def beside(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin what the socket does beside hearing. Where a mistake of ours ends it, that is said, and the page comes again: it
        would stand still without a word.
        """
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, OSError):  # of a client that has gone, of which the server tells
            logger.error("A socket ended", exc_info=error)
            self.closing = asyncio.create_task(self._close_later())

    async def _close_later(self) -> None:
        """Not at once: the page comes again, perhaps to the same mistake."""
        await asyncio.sleep(self.pause)
        await self.close(TRY_LATER)

    async def join(self, group: str) -> None:
        """Hear the group's bell, if there is any."""
        if self.channel_layer is None:
            return
        try:
            await self.channel_layer.group_add(group, self.channel_name)
        except (RedisError, OSError) as error:
            logger.warning("A socket of %s has no bell: %s", group, error)

    async def leave(self, group: str) -> None:
        if self.channel_layer is None:
            return
        try:
            await self.channel_layer.group_discard(group, self.channel_name)
        except (RedisError, OSError) as error:
            logger.info("A socket of %s could not say that it leaves: %s", group, error)


class StateConsumer(BellConsumer):
    """A subclass says which `group` has the bell (`ring`), and what the `state` is."""

    look: ClassVar[float] = 2.0  # seconds without a bell after which the database is looked into
    seldom: ClassVar[float] = 0.25  # seconds between two looks, however often the bell rings
    slow: ClassVar[float] = 3.0  # seconds that one frame may take to leave

    def __init__(self) -> None:
        super().__init__()
        self.bell = asyncio.Event()
        self.looking: asyncio.Task[None] | None = None
        self.sent = ""

    def group(self) -> str:
        """The channel-layer group with the bell."""
        raise NotImplementedError

    def authorise(self) -> None:
        """Raises Http404 where `self.user` may not know how things stand. In a thread."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """How things stand. Raises Http404 where `self.user` may not know it any more. In a thread."""
        raise NotImplementedError

    async def __call__(self, *arguments: Any) -> None:  # noqa: ANN401 (ASGI's scope, receive and send)
        """A socket can end without Channels calling `disconnect`: clean up here, however it ended."""
        try:
            await super().__call__(*arguments)
        finally:
            if self.looking is not None:
                self.looking.cancel()
                await self._leave()

    async def connect(self) -> None:
        await self.accept()  # first: a browser is not told the code of a socket that was never open
        user = self.scope["user"]
        if user is None or not user.is_authenticated:
            return await self.close(LOGGED_OUT)
        self.user = cast(User, user)
        try:
            await database_sync_to_async(self.authorise)()
        except Http404:
            return await self.close(NOT_THERE)
        await self.join(self.group())
        self.bell.set()
        self.looking = self.beside(self._look())

    async def state_changed(self, _message: dict[str, Any]) -> None:
        self.bell.set()

    async def _look(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self.look):
                    await self.bell.wait()
            except TimeoutError:
                pass
            self.bell.clear()
            try:
                frame = json.dumps(await database_sync_to_async(self._state_now)())
            except Http404:  # it is gone, or no longer this person's
                return await self.close(NOT_THERE)
            except (OperationalError, InterfaceError) as error:
                logger.warning("A socket of %s could not read the database; it will try again: %s", self.group(), error)
                continue
            if frame != self.sent and not await self._send(frame):
                return
            await asyncio.sleep(self.seldom)

    def _state_now(self) -> dict[str, Any]:
        """The state for who the reader is by now: a page stays open for hours, accounts and roles may end. In a thread."""
        self.user = get_object_or_404(User, pk=self.user.pk, is_active=True)
        return self.state()

    async def _send(self, frame: str) -> bool:
        """Whether the page may have more."""
        try:
            async with asyncio.timeout(self.slow):
                await self.send(text_data=frame)
        except TimeoutError:
            await self.close(TRY_LATER)
            return False
        self.sent = frame
        return True

    async def _leave(self) -> None:
        await self.leave(self.group())
        try:
            await database_sync_to_async(self.left)()
        except (OperationalError, InterfaceError) as error:
            logger.info("A socket of %s could not say that it leaves: %s", self.group(), error)

    def left(self) -> None:
        """What is to be forgotten of a page that has gone. In a thread."""
