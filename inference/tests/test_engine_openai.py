"""The HTTP client against a server that says exactly what a test wants, byte for byte, on a real socket."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from inference.engines import ContextOverflow, EngineRefused, EngineUnavailable, Sampling
from inference.engines.openai import Limits, OpenAIEngine
from inference.tests.scripted_server import HANG, answer, head
from inference.tests.streaming_server import DONE, Server, event, usage

QUICK = Limits(connect=2, first_token=2, between_tokens=1, total=10, after_finish=0.1, tries=3, backoff=0.01, longest_backoff=0.05)
RECORDED = Path(__file__).parent / "recorded"


@pytest.fixture
async def server():
    async with Server() as server:
        yield server


@pytest.fixture
async def engine(server):
    engine = OpenAIEngine(f"http://127.0.0.1:{server.port}/v1", api_key="sesame", limits=QUICK)
    yield engine
    await engine.close()


async def read(engine, prompt: str = "Hello", **sampling):
    return [chunk async for chunk in engine.stream(prompt, Sampling(**{"max_tokens": 10} | sampling), "r")]


def text_of(chunks) -> str:
    return "".join(chunk.text for chunk in chunks)


# --- What is asked, and how an answer is read ----------------------------------------------------------------------------


async def test_what_is_sent(server, engine):
    server.scripts = [[head(), event("Hi", "stop"), DONE]]
    await read(engine, "raw <prompt>", temperature=0.7, top_p=0.8, seed=5, stop=("a", "b"))
    assert server.completions == [
        {
            "model": "first",
            "prompt": "raw <prompt>",
            "max_tokens": 10,
            "temperature": 0.7,
            "top_p": 0.8,
            "seed": 5,
            "stop": ["a", "b"],
            "stream": True,
            "stream_options": {"include_usage": True, "continuous_usage_stats": True},
        }
    ]
    assert all("authorization: bearer sesame" in head.lower() for head, _ in server.requests)


async def test_tokens_are_counted_by_the_server_where_it_tells(server, engine):
    server.scripts = [[head(), event("one"), event(" two three"), event("", "length"), usage(4), DONE]]
    chunks = await read(engine)
    assert [(chunk.text, chunk.tokens, chunk.finish) for chunk in chunks] == [("one", 1, None), (" two three", 1, None), ("", 2, "length")]


@pytest.mark.parametrize(
    "script",
    [
        pytest.param([event("Hé🎉"), event("!", "stop"), usage(2), DONE], id="plain"),
        pytest.param(
            [bytes([byte]) for byte in event("Hé🎉").replace(b"\\u00e9\\ud83c\\udf89", "é🎉".encode()) + event("!", "stop") + DONE],
            id="byte by byte",
        ),
        pytest.param([event("H\u00e9\ud83c"), event("\udf89"), event("!", "stop"), DONE], id="a character in two messages"),
        pytest.param([(event("Hé🎉") + event("!", "stop") + DONE).replace(b"\n", b"\r\n")], id="carriage returns"),
        pytest.param(
            [b": ping\n\nevent: message\nid: 1\n" + event("Hé🎉").replace(b"data: ", b"data:"), event("!", "stop"), DONE],
            id="comments and fields",
        ),
        pytest.param([event("Hé🎉").replace(b', "finish', b',\ndata: "finish'), event("!", "stop"), DONE], id="data in two lines"),
        pytest.param([event("Hé🎉!"), event("", "stop")], id="no DONE"),
        pytest.param([event("Hé🎉!"), event("", "stop"), HANG], id="no DONE and no end"),
        pytest.param([event("Hé🎉!", "stop"), b'data: {"choi'], id="cut off behind the finish"),
        pytest.param([event("Hé🎉!"), event("", "stop"), usage(10**30), DONE], id="an absurd count"),
        pytest.param([event("Hé🎉!"), event("", "stop"), usage(0), DONE], id="too low a count"),
    ],
)
async def test_forms_of_a_good_answer(server, engine, script):
    server.scripts = [[head(Content_Type="text/event-stream"), *script]]
    chunks = await read(engine)
    assert text_of(chunks) == "Hé🎉!"
    assert [chunk.finish for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert 1 <= sum(chunk.tokens for chunk in chunks) <= 10
    assert not any("\ud800" <= c <= "\udfff" for chunk in chunks for c in chunk.text)


async def test_counts_in_every_message(server, engine):
    counts = [{"usage": {"prompt_tokens": 9, "completion_tokens": count}} for count in (2, 2, 5)]
    server.scripts = [[head(), event("one two", **counts[0]), event("!", **counts[1]), event("", "stop", **counts[2]), DONE]]
    assert [(chunk.text, chunk.tokens) for chunk in await read(engine)] == [("one two", 2), ("!", 0), ("", 3)]


async def test_what_vllm_wrote(server, engine):
    """Bodies recorded from a vLLM 0.32 server with SmolLM2-135M: empty messages while a character is incomplete, counts in each."""
    server.scripts = [[head(), (RECORDED / "vllm-0.32-stream.txt").read_bytes()]]
    chunks = await read(engine, max_tokens=24)
    assert "🎉" in text_of(chunks)
    assert "\ufffd" not in text_of(chunks)
    assert (sum(chunk.tokens for chunk in chunks), chunks[-1].finish) == (24, "length")
    server.scripts = [answer(400, (RECORDED / "vllm-0.32-overflow.json").read_bytes())]
    with pytest.raises(ContextOverflow, match="at least 1025 input tokens"):
        await read(engine)


async def test_an_answer_that_the_server_would_cut_short_is_refused_before_its_first_text(server, engine):
    server.scripts = [[head(), event("one", usage={"prompt_tokens": 2040, "completion_tokens": 1}), HANG]]
    stream = engine.stream("Hello", Sampling(max_tokens=10), "r")
    with pytest.raises(ContextOverflow, match="2040 tokens of prompt and 10 of answer"):
        await anext(stream)
    await asyncio.wait_for(server.gone.wait(), 5)


async def test_models(server, engine):
    await engine.ready()
    assert (engine.model, engine.context) == ("first", 2048)
    server.models = answer(200, {"data": [{"id": "reloaded", "max_model_len": 512}]})
    await engine.ready()
    assert (engine.model, engine.context) == ("reloaded", 512)


@pytest.mark.parametrize(("template", "fits"), [("{{ .Prompt }}", True), ("", True), ("<|im_start|>{{ .Prompt }}<|im_end|>", False)])
async def test_an_ollama_model_must_leave_the_prompt_alone(server, engine, template, fits):
    server.models = answer(200, {"data": [{"id": "qwen", "owned_by": "library"}]})
    server.shown = answer(200, {"template": template})
    if fits:
        await engine.ready()
    else:
        with pytest.raises(EngineRefused, match=r"TEMPLATE {{ .Prompt }}"):
            await engine.ready()
    assert "POST /api/show " in server.requests[-1][0]
    assert server.requests[-1][1] == {"model": "qwen"}


async def test_a_named_model(server):
    engine = OpenAIEngine(f"http://127.0.0.1:{server.port}/v1", model="second", context=777, limits=QUICK)
    await engine.ready()
    assert (engine.model, engine.context) == ("second", 777)
    await engine.close()


# --- Errors --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "error", "says"),
    [
        pytest.param([], EngineUnavailable, "lost", id="hangs up at once"),
        pytest.param([HANG], EngineUnavailable, "too slow", id="no answer"),
        pytest.param([head(), HANG], EngineUnavailable, "too slow", id="no token"),
        pytest.param([head(), *[b": ping\n\n"] * 1000], EngineUnavailable, "too slow", id="a slow drip of comments"),
        pytest.param([head(), event("One"), HANG], EngineUnavailable, "too slow", id="stalls"),
        pytest.param([head(), event("One")], EngineUnavailable, "cut the answer off", id="ends without a finish"),
        pytest.param([head(), event("One"), event("Two")[:-9]], EngineUnavailable, "cut the answer off", id="ends inside a message"),
        pytest.param([head(), event("One"), DONE], EngineUnavailable, "cut the answer off", id="done without a finish"),
        pytest.param([head(Content_Length="500"), event("One")], EngineUnavailable, "lost", id="ends before its length"),
        pytest.param(
            [head(Transfer_Encoding="chunked"), b"ff\r\n" + event("One")], EngineUnavailable, "lost", id="ends inside an HTTP chunk"
        ),
        pytest.param([head(), event("One", "abort"), DONE], EngineUnavailable, "ended the answer early: abort", id="aborted by the server"),
        pytest.param(
            [head(), event("One"), b'data: {"error": {"message": "out of\\nmemory"}}\n\n'],
            EngineUnavailable,
            "out of memory",
            id="error in the stream",
        ),
        pytest.param([b"SSH-2.0-OpenSSH_9.2\r\n"], EngineUnavailable, "lost", id="not HTTP"),
        pytest.param([head(), b"data: {oops\n\n"], EngineRefused, "no JSON", id="garbage"),
        pytest.param([head(), b"data: [1, 2]\n\n"], EngineRefused, "another kind", id="JSON of another kind"),
        pytest.param([head(), b"data: " + b"[" * 100_000 + b"\n\n"], EngineRefused, "no JSON", id="deep JSON"),
        pytest.param([head(), b'data: {"choices": 5}\n\n'], EngineRefused, "no completion", id="choices that are none"),
        pytest.param(
            [head(), b'data: {"choices": [{"delta": {"content": "x"}}]}\n\n'], EngineRefused, "no completion", id="a chat completion"
        ),
        pytest.param([head(), b'data: {"choices": [{"text": 5}]}\n\n'], EngineRefused, "no completion", id="text that is none"),
        pytest.param(
            [head(), b'data: {"choices": [], "usage": {"completion_tokens": 1e999}}\n\n'],
            EngineRefused,
            "no completion",
            id="an infinite count",
        ),
        pytest.param([head(), b"data: \xff\xfe\n\n"], EngineRefused, "no UTF-8", id="not UTF-8"),
        pytest.param([head(), *[b"x" * 65536] * 40], EngineRefused, "a line of more than", id="a line without an end"),
        pytest.param([head(), *[(b": " + b"x" * 65000 + b"\n")] * 40], EngineRefused, "far more than was asked", id="a flood"),
        pytest.param(answer(500, {"error": {"message": "CUDA error"}}), EngineUnavailable, "CUDA error", id="500"),
        pytest.param(answer(401, {"error": "bad key"}), EngineRefused, "bad key", id="401"),
        pytest.param(answer(404, {"message": "no such model"}), EngineRefused, "no such model", id="404"),
        pytest.param(answer(307, b"", Location="http://elsewhere/"), EngineRefused, "307", id="a redirect"),
        pytest.param(answer(400, b"<h1>Bad\nrequest</h1>\0"), EngineRefused, "<h1>Bad request</h1>", id="400"),
        pytest.param([head(500, Content_Length="99"), HANG], EngineUnavailable, "too slow", id="an error that never comes"),
    ],
)
async def test_bad_answers(server, engine, script, error, says):
    server.scripts = [script]
    with pytest.raises(error, match=says) as caught:
        await read(engine, max_tokens=50)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert len(server.completions) == 1  # what may have begun is not sent again
    server.scripts = [[head(), event("Hi", "stop"), DONE]]
    assert text_of(await read(engine)) == "Hi"


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            answer(
                400, {"error": {"message": "This model's maximum context length is 2048 tokens. However, you requested 3000.", "code": 400}}
            ),
            id="vLLM",
        ),
        pytest.param(
            answer(400, {"object": "error", "message": "The input (3000 tokens) is longer than the model's context length (2048 tokens)."}),
            id="SGLang",
        ),
        pytest.param(
            answer(
                400,
                {"error": {"code": 400, "message": "the request exceeds the available context size", "type": "exceed_context_size_error"}},
            ),
            id="llama.cpp",
        ),
        pytest.param([head(), b'data: {"error": {"message": "longer than the maximum model length of 2048"}}\n\n'], id="in the stream"),
    ],
)
async def test_context_overflow(server, engine, script):
    server.scripts = [script]
    with pytest.raises(ContextOverflow):
        await read(engine)


async def test_an_answer_larger_than_the_context_is_not_even_sent(server, engine):
    server.scripts = [[head(), event("Hi", "stop"), DONE]]
    with pytest.raises(ContextOverflow, match="2048"):
        await read(engine, max_tokens=2048)
    assert server.completions == []


@pytest.mark.parametrize(
    ("models", "error", "says"),
    [
        (answer(200, {"data": []}), EngineUnavailable, "no model loaded"),
        (answer(200, b"<html>Welcome</html>"), EngineRefused, "no JSON"),
        (answer(200, {"models": []}), EngineRefused, "an OpenAI-compatible one"),
        (answer(200, {"data": [{"id": 5}]}), EngineRefused, "an OpenAI-compatible one"),
        (answer(401, {"detail": "key, please"}), EngineRefused, "key, please"),
        ([head(), *[b" " * 65536] * 20], EngineRefused, "no JSON"),
    ],
)
async def test_bad_lists_of_models(server, engine, models, error, says):
    server.models = models
    with pytest.raises(error, match=says):
        await engine.ready()
    with pytest.raises(error, match=says):
        await read(engine)


@pytest.mark.parametrize(
    "models", [answer(404, {"detail": "Not Found"}), answer(200, b"<html>Welcome</html>"), answer(200, {"models": []})]
)
async def test_an_address_without_v1_is_asked_about(server, models):
    """As `ENGINE_URL=http://gpu:8000`, where vLLM says no more than that it does not find something."""
    server.models = models
    engine = OpenAIEngine(f"http://127.0.0.1:{server.port}/", limits=QUICK)
    with pytest.raises(EngineRefused, match="Should the address end in /v1"):
        await engine.ready()
    await engine.close()


async def test_an_address_without_v1_that_lists_models_is_asked_about_as_well(server):
    """As llama.cpp's, whose `/completions` is another one than `/v1/completions`."""
    server.scripts = [[head(), b'data: {"content": "Hi", "stop": false}\n\n']]
    engine = OpenAIEngine(f"http://127.0.0.1:{server.port}", limits=QUICK)
    await engine.ready()
    with pytest.raises(EngineRefused, match="Should the address end in /v1"):
        await read(engine)
    await engine.close()


async def test_an_address_with_v1_is_not_asked_about(server, engine):
    server.models = answer(404, {"detail": "Not Found"})
    with pytest.raises(EngineRefused, match=r"refused the request \(404\): Not Found\.$"):
        await engine.ready()


async def test_a_model_that_the_server_lacks(server):
    engine = OpenAIEngine(f"http://127.0.0.1:{server.port}/v1", model="third", limits=QUICK)
    with pytest.raises(EngineRefused, match="does not have the model third; it has first, second"):
        await engine.ready()
    await engine.close()


# --- Trying again --------------------------------------------------------------------------------------------------------

BUSY = answer(503, {"error": {"message": "busy"}})


@pytest.mark.parametrize("wait", ["0", "1000000", "Mon, 23 Nov 2026 18:00:00 GMT", "-1", "", "9" * 5000])
async def test_a_busy_server_is_tried_again(server, engine, wait):
    server.scripts = [answer(429, b"", Retry_After=wait), BUSY, [head(), event("Hi", "stop"), DONE]]
    assert text_of(await read(engine)) == "Hi"
    assert len(server.completions) == 3


async def test_a_server_that_stays_busy(server, engine):
    server.scripts = [BUSY]
    with pytest.raises(EngineUnavailable, match=r"overloaded \(503\): busy"):
        await read(engine)
    assert len(server.completions) == QUICK.tries


async def test_nobody_there(server, engine):
    await server.go_away()
    with pytest.raises(EngineUnavailable, match=r"127.0.0.1 cannot be reached"):
        await engine.ready()
    with pytest.raises(EngineUnavailable, match=r"127.0.0.1 cannot be reached"):
        await read(engine)


async def test_the_whole_answer_has_a_time_limit_too(server):
    engine = OpenAIEngine(f"http://127.0.0.1:{server.port}/v1", limits=Limits(first_token=9, between_tokens=9, total=0.3))
    server.scripts = [[head(), *[event("x")] * 1000]]
    with pytest.raises(EngineUnavailable, match="too slow"):
        await read(engine, max_tokens=2000)
    await engine.close()


# --- Letting go ----------------------------------------------------------------------------------------------------------


async def test_closing_the_stream_hangs_up(server, engine):
    server.scripts = [[head(), event("One"), HANG]]
    async with aclosing(engine.stream("Hello", Sampling(max_tokens=10), "r")) as stream:
        await anext(stream)
    await asyncio.wait_for(server.gone.wait(), 5)


@pytest.mark.parametrize(
    "script", [[HANG], [head(), HANG], [head(), event("One"), HANG]], ids=["before the head", "before a token", "between tokens"]
)
async def test_abort_hangs_up_while_the_reader_waits(server, engine, script):
    server.scripts = [script]
    reading = asyncio.create_task(read(engine))
    await asyncio.wait_for(server.hanging.wait(), 5)
    await asyncio.gather(engine.abort("r"), engine.abort("r"))
    assert [chunk.finish for chunk in await asyncio.wait_for(reading, 5)] == [None] * (len(script) - 2)
    await asyncio.wait_for(server.gone.wait(), 5)


async def test_abort_hangs_up_while_nobody_reads(server, engine):
    server.scripts = [[head(), event("One"), HANG]]
    stream = engine.stream("Hello", Sampling(max_tokens=10), "r")
    await anext(stream)
    await engine.abort("r")
    await asyncio.wait_for(server.gone.wait(), 5)
    assert [chunk async for chunk in stream] == []


async def test_abort_reaches_a_request_that_waits_to_be_tried_again(server):
    engine = OpenAIEngine(f"http://127.0.0.1:{server.port}/v1", limits=Limits(backoff=60, longest_backoff=60))
    server.scripts = [BUSY]
    reading = asyncio.create_task(read(engine))
    await asyncio.wait_for(server.asked.wait(), 5)
    await engine.abort("r")
    assert await asyncio.wait_for(reading, 5) == []
    assert len(server.completions) == 1
    await engine.close()


async def test_close_ends_every_stream(server, engine):
    server.scripts = [[head(), event("One"), HANG]]
    reading = asyncio.create_task(read(engine))
    await asyncio.wait_for(server.hanging.wait(), 5)
    await engine.close()
    assert text_of(await asyncio.wait_for(reading, 5)) == "One"


async def test_more_than_it_may_hold_are_turned_away(server):
    engine = OpenAIEngine(f"http://127.0.0.1:{server.port}/v1", max_requests=1, limits=QUICK)
    server.scripts = [[head(), event("One"), HANG]]
    async with aclosing(engine.stream("Hello", Sampling(max_tokens=10), "first")) as stream:
        await anext(stream)
        with pytest.raises(EngineUnavailable, match="1 requests are under way"):
            await read(engine)
    await engine.close()


# --- Settings that cannot be right ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "api_key", "said"),
    [
        pytest.param("http://gpu:80o0/v1", "", "address cannot be used: .*80o0", id="a port that is no number"),
        pytest.param("http://gpu:80000/v1", "", "address cannot be used: .*80000", id="a port that is none"),
        pytest.param("gpu:8000/v1", "", "address cannot be used: .*http://", id="no scheme"),
        pytest.param("http://[::1/v1", "", "address cannot be used", id="half a bracket"),
        pytest.param("http://gpu:8000/v1", "schl\u00fcssel", "key .*ASCII", id="a key with an umlaut"),
    ],
)
def test_an_address_or_a_key_that_nobody_can_use_is_refused(url, api_key, said):
    with pytest.raises(EngineRefused, match=said) as refused:
        OpenAIEngine(url, api_key=api_key)
    assert "schl" not in str(refused.value)
