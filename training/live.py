"""The bell of the training pages: something has changed. What it is they read from the database."""

import logging

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

GROUP = "training"


def ring() -> None:
    """A bell that is lost costs seconds: the sockets look by themselves."""
    layer = get_channel_layer()
    assert layer is not None  # settings have one
    try:
        async_to_sync(layer.group_send)(GROUP, {"type": "training.changed"})
    except (RedisError, OSError) as error:
        logger.info("No bell for the training pages: %s", error)
