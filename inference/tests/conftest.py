"""The small real model that the engines' tests share."""

import asyncio

import pytest

from inference import weights
from inference.engines.openvino import OpenVinoEngine
from inference.loading import wait_until_ready


@pytest.fixture(scope="session")
def smollm2():
    """SmolLM2-135M in OpenVINO. `python -m inference.weights smollm2` fetches its file."""
    engine = OpenVinoEngine(weights.find(weights.SMOLLM2), context=1024, cache_tokens=8192)
    asyncio.run(wait_until_ready(engine, 120))
    yield engine
    asyncio.run(engine.close())


@pytest.fixture(scope="module")
def one_thread():
    """Torch on one thread: with models this small, threads do nothing but wait for one another on a busy machine."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
