"""The scorer over HTTP, against a server that says exactly what a test wants, byte for byte, on a real socket.

What a real vLLM server answers is in test_reward_conformance.py.
"""

import asyncio
import json
import math

import pytest

from inference.reward import ResponseTooLong, RewardRefused, RewardUnavailable, forms
from inference.reward.opening import open_scorer
from inference.reward.vllm import Limits, VllmScorer
from inference.tests.pooling_server import Server, pooled, said
from inference.tests.scripted_server import HANG, answer, head

LIMITS = Limits(connect=5, answer=30, tries=3, backoff=0.01, longest_backoff=0.05)
IMPATIENT = Limits(answer=0.3)


@pytest.fixture
async def server():
    async with Server() as server:
        yield server


@pytest.fixture
async def scorer(server):
    scorer = VllmScorer(
        f"http://127.0.0.1:{server.port}", api_key="sesame", form=forms.Form(lambda problem, text: problem + text), limits=LIMITS
    )
    yield scorer
    await scorer.close()


# --- What is asked, and how an answer is read ----------------------------------------------------------------------------


async def test_the_last_tokens_score_is_the_texts(server, scorer):
    assert await scorer.score("1+1", ["b", "az", "z", "da"]) == [0.5, 6.5, 6.5, 0.25]
    assert scorer.model == "rm"


async def test_what_is_sent(server, scorer):
    await scorer.score("1+1", ["a", "b"], prompt="something else")
    assert server.poolings[-1] == {
        "model": "rm",
        "input": ["1+1a", "1+1b"],
        "add_special_tokens": False,
        "use_activation": False,
        "encoding_format": "float",
    }
    assert all("authorization: bearer sesame" in head.lower() for head, _ in server.requests)


@pytest.mark.parametrize("base", ["", "/", "/v1", "/v1/"])
async def test_the_address_may_end_in_v1(server, base):
    scorer = open_scorer(url=f"http://127.0.0.1:{server.port}{base}")
    await scorer.ready()
    assert [head.split()[1] for head, _ in server.requests] == ["/v1/models", "/pooling", "/pooling"]
    await scorer.score("1+1", ["x"])
    assert server.poolings[-1]["input"] == [forms.CHATML.text("1+1", "x")]
    await scorer.close()


@pytest.mark.parametrize("named", [True, False])
async def test_the_form_comes_from_the_folder_of_what_is_served(server, tmp_path, named):
    forms.write_card(tmp_path, "plain")
    server.answers["/v1/models"] = answer(200, {"data": [{"id": str(tmp_path), "max_model_len": 99}]})
    where = {"model": str(tmp_path)} if named else {"path": tmp_path}
    scorer = open_scorer(url=f"http://127.0.0.1:{server.port}", **where)
    assert await scorer.score("1+1", ["x"]) == [6.0]
    assert server.poolings[-1]["input"] == ["Problem: 1+1\nSolution: x"]
    await scorer.close()


async def test_many_responses_go_in_requests_of_a_bounded_size_and_keep_their_order(server, scorer):
    letters = "abcdefghijklmnopqrstuvwxyz"
    responses = [letters[n % 26] for n in range(75)]
    assert await scorer.score("?", responses) == [said(letter) for letter in responses]
    assert [len(body["input"]) for body in server.poolings[2:]] == [32, 32, 11]
    server.scripts = [answer(200, pooled([[1.0], [2.0]])), answer(200, pooled([[3.0]]))]
    assert await scorer.score("?", ["a" * 400_000 + letter for letter in "abc"]) == [1.0, 2.0, 3.0]
    assert [len(body["input"]) for body in server.poolings[5:]] == [2, 1]


async def test_nothing_is_asked_for_nothing(server, scorer):
    await scorer.ready()
    asked = len(server.requests)
    assert await scorer.score("1+1", []) == []
    assert len(server.requests) == asked


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([[0.5], [1.5]], id="a row a token"),
        pytest.param([0.5, 1.5], id="a number a token"),
        pytest.param([1.5], id="one score for the text"),
        pytest.param([[9], [1.5]], id="whole numbers"),
    ],
)
async def test_forms_of_a_good_answer(server, scorer, rows):
    await scorer.ready()
    server.scripts = [answer(200, pooled([rows]))]
    assert await scorer.score("1+1", ["a"]) == [1.5]


async def test_answers_come_in_any_order(server, scorer):
    await scorer.ready()
    reply = pooled([[[1.0]], [[2.0]]])
    server.scripts = [answer(200, reply | {"data": reply["data"][::-1]})]
    assert await scorer.score("1+1", ["a", "b"]) == [1.0, 2.0]


# --- Steps ---------------------------------------------------------------------------------------------------------------


async def test_steps_are_found_among_all_tokens(server, scorer):
    server.outputs = 2
    assert await scorer.score_steps("12", ["345", "6"]) == pytest.approx([0.505, 0.507])
    assert server.poolings[-1] | {"model": ""} == {
        "model": "",
        "input": ["12345<extra_0>6<extra_0>"],
        "add_special_tokens": False,
        "use_activation": True,
        "encoding_format": "float",
    }


async def test_a_server_may_pick_the_steps_itself(server, scorer):
    server.outputs, server.picks_marks = 2, True
    assert await scorer.score_steps("12", ["345", "6"]) == pytest.approx([0.5, 0.501])
    assert not any("/tokenize" in head for head, _ in server.requests)


async def test_a_process_reward_models_score_is_the_product_of_the_paragraphs(server, scorer):
    server.outputs = 2
    assert await scorer.score("12", ["34\n\n5", "6", ""]) == pytest.approx([0.504 * 0.506, 0.503, 0.502])
    assert await scorer.score_steps("12", []) == []


async def test_a_model_of_whole_responses_scores_no_steps(server, scorer):
    with pytest.raises(RewardRefused, match="rm scores whole responses"):
        await scorer.score_steps("1+1", ["2"])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param({"/tokenize": answer(200, {"tokens": [1]})}, "gave 8 rows for 1 tokens with 2 steps", id="other tokens"),
        pytest.param({"/tokenize": answer(200, {"tokens": list(range(8))})}, "does not know <extra_0>", id="no mark"),
        pytest.param({"/tokenize": answer(200, {"tokens": "none"})}, "holds no tokens", id="no tokens"),
        pytest.param({"/tokenize": answer(404, {"detail": "Not Found"})}, r"refused the request \(404\): Not Found", id="no tokenizer"),
        pytest.param({"/pooling": answer(200, pooled([[[0.5, 0.5], [3.0, 7.0]]]))}, "two numbers between 0 and 1", id="no shares"),
        pytest.param({"/pooling": answer(200, pooled([[[0.5], [0.5]]]))}, "two numbers between 0 and 1", id="another width"),
        pytest.param({"/pooling": answer(200, pooled([[[0.5, 0.5]] * 7]))}, "gave 7 rows for 8 tokens", id="another length"),
    ],
)
async def test_steps_that_make_no_sense(server, scorer, spoil, says):
    server.outputs = 2
    await scorer.ready()
    server.answers |= spoil
    with pytest.raises(RewardRefused, match=says):
        await scorer.score_steps("12", ["345", "6"])


# --- What is served ------------------------------------------------------------------------------------------------------


async def test_a_named_model(server):
    scorer = VllmScorer(f"http://127.0.0.1:{server.port}", model="other", limits=LIMITS)
    await scorer.score("1+1", ["a"])
    assert scorer.model == "other"
    assert {body["model"] for body in server.poolings} == {"other"}
    await scorer.close()


async def test_a_model_that_the_server_lacks(server):
    scorer = VllmScorer(f"http://127.0.0.1:{server.port}", model="third", limits=LIMITS)
    with pytest.raises(RewardRefused, match="does not have the model third; it has other, rm"):
        await scorer.ready()
    await scorer.close()


async def test_ready_looks_at_the_model_once_and_again_when_it_is_another(server, scorer):
    await scorer.ready()
    await scorer.ready()
    assert len(server.poolings) == 2
    server.answers["/v1/models"] = answer(200, {"data": [{"id": "prm", "max_model_len": 99}]})
    server.outputs = 2
    await scorer.ready()
    assert scorer.model == "prm"
    assert await scorer.score_steps("12", ["3"]) == pytest.approx([0.503])


@pytest.mark.parametrize(
    ("script", "says"),
    [
        pytest.param(answer(404, {"detail": "Not Found"}), "started with `--runner pooling`", id="a server that generates"),
        pytest.param(answer(200, pooled([[[0.1] * 128]])), "gives 128 numbers a token; it is no reward model", id="embeddings"),
        pytest.param(answer(200, pooled([[[3.0, 7.0]]])), "gives 2 numbers a token", id="two numbers that are no shares"),
        pytest.param(answer(200, pooled([[]])), "finds no <extra_0>: start it with its token's id", id="another mark"),
        pytest.param(answer(400, {"error": {"message": "unsupported task"}}), "unsupported task", id="another task"),
    ],
)
async def test_what_is_no_reward_model_is_refused(server, scorer, script, says):
    server.scripts = [script]
    for ask in (scorer.ready(), scorer.score("1+1", ["2"])):
        with pytest.raises(RewardRefused, match=says):
            await ask


async def test_a_server_that_does_not_heed_the_activation_is_refused(server, scorer):
    server.heeds_activation = False
    server.scripts = [answer(200, pooled([[[2.0]]]))]
    with pytest.raises(RewardRefused, match="does not heed `use_activation`"):
        await scorer.ready()


# --- Errors --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "error", "says"),
    [
        pytest.param([], RewardUnavailable, "lost", id="hangs up at once"),
        pytest.param([head(Content_Length="500"), b"{"], RewardUnavailable, "lost", id="ends before its length"),
        pytest.param([head(Transfer_Encoding="chunked"), b"ff\r\n{"], RewardUnavailable, "lost", id="ends inside an HTTP chunk"),
        pytest.param([b"SSH-2.0-OpenSSH_9.2\r\n"], RewardUnavailable, "lost", id="not HTTP"),
        pytest.param(answer(500, {"error": {"message": "CUDA\nerror"}}), RewardUnavailable, r"failed \(500\): CUDA error", id="500"),
        pytest.param([head(500), *[b"x" * 65536] * 40], RewardUnavailable, r"failed \(500\): xxx", id="an endless error"),
        pytest.param(answer(401, {"error": "bad key"}), RewardRefused, "bad key", id="401"),
        pytest.param(answer(404, {"error": {"message": "no model rm"}}), RewardRefused, "no model rm", id="404"),
        pytest.param(answer(307, b"", Location="http://elsewhere/"), RewardRefused, "307", id="a redirect"),
        pytest.param(answer(200, b"<html>Welcome"), RewardRefused, "no JSON", id="garbage"),
        pytest.param(answer(200, json.dumps(pooled([[[1.0]]])).encode()[:-9]), RewardRefused, "no JSON", id="cut"),
        pytest.param(answer(200, b"[" * 100_000), RewardRefused, "no JSON", id="deep JSON"),
        pytest.param(answer(200, [1]), RewardRefused, "another kind", id="JSON of another kind"),
        pytest.param([head(), *[b" " * 65536] * 40], RewardRefused, "far more than was asked", id="a flood"),
        pytest.param(answer(200, {"error": "later"}), RewardRefused, "no pooling of 1 texts", id="no data"),
        pytest.param(answer(200, pooled([])), RewardRefused, "no pooling of 1 texts", id="too few"),
        pytest.param(answer(200, pooled([[[1.0]]] * 2)), RewardRefused, "no pooling of 1 texts", id="too many"),
        pytest.param(answer(200, pooled([[]])), RewardRefused, "no number", id="no token"),
        pytest.param(answer(200, pooled([[[]]])), RewardRefused, "no pooling", id="a token without a number"),
        pytest.param(answer(200, pooled([[["high"]]])), RewardRefused, "no pooling", id="words"),
        pytest.param(answer(200, pooled([[None]])), RewardRefused, "no pooling", id="null"),
        pytest.param(answer(200, pooled(["AAAA"])), RewardRefused, "no pooling", id="base64"),
        pytest.param(answer(200, {"data": [{"data": [[1.0]]}]}), RewardRefused, "no pooling", id="no index"),
        pytest.param(answer(200, {"data": [{"index": 7, "data": [[1.0]]}]}), RewardRefused, "no pooling", id="another index"),
        pytest.param(answer(200, {"data": [{"index": [], "data": [[1.0]]}]}), RewardRefused, "no pooling", id="an index that is none"),
        pytest.param(answer(200, {"data": 5}), RewardRefused, "no pooling", id="data that are none"),
        pytest.param(answer(200, pooled([[[math.nan]]])), RewardRefused, "no number", id="not a number"),
        pytest.param(answer(200, pooled([[[math.inf]]])), RewardRefused, "no number", id="infinite"),
    ],
)
async def test_bad_answers(server, scorer, script, error, says):
    await scorer.ready()
    server.scripts = [script]
    with pytest.raises(error, match=says) as caught:
        await scorer.score("1+1", ["a"])
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert len(server.poolings) == 3  # what may have begun is not sent again
    server.scripts = []
    assert await scorer.score("1+1", ["a"]) == [0.25]


@pytest.mark.parametrize(
    "script",
    [
        pytest.param([HANG], id="no answer"),
        pytest.param([head(), HANG], id="no body"),
        pytest.param([head(), *[b" "] * 2000], id="a slow drip"),
        pytest.param([head(500, Content_Length="99"), HANG], id="an error that never comes"),
    ],
)
async def test_slow_answers(server, scorer, script):
    await scorer.ready()
    server.scripts = [script]
    scorer._limits = IMPATIENT
    with pytest.raises(RewardUnavailable, match="The reward server is too slow"):
        await scorer.score("1+1", ["a"])
    assert len(server.poolings) == 3
    await asyncio.wait_for(server.gone.wait(), 5)  # nothing is left open


OVERFLOW = "This model's maximum context length is 50 tokens. However, your prompt has more input tokens."


@pytest.mark.parametrize("place", [0, 1, 40])
async def test_the_response_that_is_too_long_is_named(server, scorer, place):
    await scorer.ready()
    server.scripts = [answer(400, {"error": {"message": OVERFLOW, "code": 400}})]
    responses = ["a"] * 41
    responses[place] = "a" * 60
    with pytest.raises(ResponseTooLong) as caught:
        await scorer.score("1+1", responses)
    assert (caught.value.index, caught.value.tokens, caught.value.limit) == (place, 63, 50)


async def test_steps_that_are_too_long_together(server, scorer):
    server.outputs = 2
    await scorer.ready()
    server.scripts = [answer(400, {"error": {"message": OVERFLOW, "code": 400}})]
    with pytest.raises(ResponseTooLong) as caught:
        await scorer.score_steps("1+1", ["a" * 30, "b" * 30])
    assert (caught.value.index, caught.value.tokens, caught.value.limit) == (0, 65, 50)


async def test_a_server_that_finds_too_long_what_is_not(server, scorer):
    await scorer.ready()
    server.scripts = [answer(400, {"error": {"message": OVERFLOW}})]
    with pytest.raises(RewardRefused, match="maximum context length is 50"):
        await scorer.score("1+1", ["a"])


@pytest.mark.parametrize(
    ("models", "error", "says"),
    [
        (answer(200, {"data": []}), RewardUnavailable, "no model loaded"),
        (answer(200, b"<html>"), RewardRefused, "no JSON"),
        (answer(200, {"models": []}), RewardRefused, "list of models makes no sense"),
        (answer(401, {"detail": "key, please"}), RewardRefused, "key, please"),
        ([head(), *[b" " * 65536] * 20], RewardRefused, "far more"),
    ],
)
async def test_bad_lists_of_models(server, scorer, models, error, says):
    server.answers["/v1/models"] = models
    for ask in (scorer.ready(), scorer.score("1+1", ["2"])):
        with pytest.raises(error, match=says):
            await ask


# --- Trying again, and letting go ----------------------------------------------------------------------------------------

BUSY = answer(503, {"error": {"message": "busy"}})


@pytest.mark.parametrize("wait", ["0", "1000000", "Mon, 23 Nov 2026 18:00:00 GMT", "-1", ""])
async def test_a_busy_server_is_tried_again(server, scorer, wait):
    await scorer.ready()
    server.scripts = [answer(429, b"", Retry_After=wait), BUSY, answer(200, pooled([[[1.5]]]))]
    assert await scorer.score("1+1", ["a"]) == [1.5]


async def test_a_server_that_stays_busy(server, scorer):
    await scorer.ready()
    server.scripts = [BUSY]
    with pytest.raises(RewardUnavailable, match=r"The reward server is overloaded \(503\): busy"):
        await scorer.score("1+1", ["a"])
    assert len(server.poolings) == 2 + LIMITS.tries


async def test_a_pause_that_would_last_too_long_is_not_begun(server):
    scorer = VllmScorer(f"http://127.0.0.1:{server.port}", limits=Limits(answer=5, longest_backoff=60))
    await scorer.ready()
    server.scripts = [answer(503, {"error": "busy"}, Retry_After="30")]
    with pytest.raises(RewardUnavailable, match=r"overloaded \(503\): busy"):
        await scorer.score("1+1", ["a"])
    assert len(server.poolings) == 3
    await scorer.close()


async def test_nobody_there(server, scorer):
    await server.go_away()
    for ask in (scorer.ready(), scorer.score("1+1", ["2"])):
        with pytest.raises(RewardUnavailable, match=r"The reward server at 127.0.0.1 cannot be reached"):
            await ask


async def test_a_cancelled_caller_hangs_up(server, scorer):
    await scorer.ready()
    server.scripts = [[head(), HANG]]
    task = asyncio.create_task(scorer.score("1+1", ["a"]))
    await asyncio.wait_for(server.hanging.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(server.gone.wait(), 5)


async def test_too_many_callers_are_turned_away(server):
    scorer = VllmScorer(f"http://127.0.0.1:{server.port}", max_callers=2, limits=LIMITS)
    await scorer.ready()
    scorer._limits = IMPATIENT
    server.scripts = [[HANG]]
    waiting = [asyncio.create_task(scorer.score("1+1", ["a"])) for _ in range(2)]
    await asyncio.wait_for(server.hanging.wait(), 5)
    with pytest.raises(RewardUnavailable, match="overloaded: 2 callers"):
        await scorer.score("1+1", ["a"])
    assert [type(error) for error in await asyncio.gather(*waiting, return_exceptions=True)] == [RewardUnavailable] * 2
    server.scripts = []
    scorer._limits = LIMITS
    assert len(await scorer.score("1+1", ["a"])) == 1
    await scorer.close()


async def test_closing_ends_what_is_under_way(server):
    scorer = VllmScorer(f"http://127.0.0.1:{server.port}", limits=Limits(answer=60))
    await scorer.ready()
    server.scripts = [[HANG]]
    task = asyncio.create_task(scorer.score("1+1", ["a"]))
    await asyncio.wait_for(server.hanging.wait(), 5)
    await scorer.close()
    with pytest.raises(RewardUnavailable):
        await asyncio.wait_for(task, 5)
    with pytest.raises(RewardUnavailable, match="closed"):
        await scorer.score("1+1", ["a"])
