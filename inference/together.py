"""Several things at once, of which either all come to their end or none."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any


async def together[T](work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """What each of them returns, in their order. The first error ends the others, and is raised as itself: callers know it by its type,
    which the group that `asyncio.TaskGroup` raises would hide."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return [task.result() for task in tasks]
