"""The tutor for programs, asked by OpenAI's own client, through web process, worker and broker, on both profiles."""

import asyncio

import httpx
import openai
import pytest

from tutor.supervisor import wait_until


def said(text):
    return [{"role": "user", "content": text}]


HELLO = [*said("Hello"), {"role": "assistant", "content": "Hello!"}]


async def test_models_are_listed(openai_client):
    assert [model.id async for model in await openai_client.models.list()][:3] == ["lemma", "lemma-python", "lemma-words"]


async def test_a_model_is_found_by_its_name(openai_client):
    assert (await openai_client.models.retrieve("lemma-words")).id == "lemma-words"
    with pytest.raises(openai.NotFoundError) as caught:
        await openai_client.models.retrieve("gpt-5")
    assert caught.value.code == "model_not_found"


async def test_an_answer_streams(openai_client, student, stack):
    asked = {"model": "lemma-words", "messages": said("Count to 20"), "stream": True, "stream_options": {"include_usage": True}}
    stream = await openai_client.chat.completions.create(**asked)
    assert stream.response.headers["X-Accel-Buffering"] == "no"  # nginx streams it too
    chunks = [chunk async for chunk in stream]
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert len(pieces) > 3
    assert "".join(pieces) == "".join(f"{number} " for number in range(1, 21)) + "\\boxed{20}"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.completion_tokens == 21
    assert stack.do("conversations", name=student.name) == {"shown": 0, "all": 1}


async def test_an_answer_comes_whole(openai_client):
    answer = await openai_client.chat.completions.create(model="lemma", messages=said("Draw a plot"))
    content = answer.choices[0].message.content
    assert "```python\nimport matplotlib.pyplot as plt" in content
    assert "```output\n42\n```" in content
    assert content.endswith("\\boxed{42}.")
    assert answer.usage.completion_tokens > 0


async def test_a_message_says_that_its_answer_does_not_fit_the_problem(openai_client):
    answer = await openai_client.chat.completions.create(model="lemma-words", messages=said("3 + 4 = ?"))
    first, *others = answer.choices[0].message.content.split("\n\n---\n\n")
    assert first == "It is $\\boxed{8}$."
    assert len(others) == 2
    assert all("> ⚠ The first answer did not fit the problem. This is another try.\n\nIt is" in other for other in others)
    assert others[1].endswith("it is wrong or not complete. Do not rely on this solution.\n\n")


async def test_the_best_of_several_comes_as_one(openai_client):
    answer = await openai_client.chat.completions.create(model="lemma-best-of-4", messages=[*said("Prove: Count to 5")])
    assert answer.choices[0].message.content == "1 2 3 4 5 \\boxed{5}"


JUDGE = "Problem: Prove: Count to 6\n\nStudent Solution: {work}\n\nQ: Is the Student Solution incorrect? {asks}\n\nA:"
WHERE = "Write only the step number with the first error or 0 if no error is found."
WHETHER = "Write 'Yes' if it is incorrect, or 'No' if it is correct."
WRONG = r"Step 1 - I count them all.\nStep 2 - There are 7."
RIGHT = r"Step 1 - I count them all.\nStep 2 - There are 6."


@pytest.mark.parametrize("model", ["lemma-check", "lemma"])
async def test_a_student_s_solution_is_judged(openai_client, student, stack, model):
    replies = []
    for work, asks in ((WRONG, WHERE), (RIGHT, WHERE), (WRONG, WHETHER), (RIGHT, WHETHER)):
        prompt = JUDGE.format(work=work, asks=asks)
        answer = await openai_client.chat.completions.create(model=model, messages=[{"role": "system", "content": prompt}])
        replies.append(answer.choices[0].message.content)
    assert replies == ["2", "0", "Yes", "No"]
    assert stack.do("conversations", name=student.name)["all"] == 2, "the problem is solved once in each way"


SAID = "Problem: How many socks are in the drawer?\n\nStudent Solution: Step 1 - I look.\\nStep 2 - There are {count}.\n\nQ: {asks}\n\nA:"


async def test_solutions_with_python_are_heard_before_a_student_is_told_to_be_wrong(openai_client, student, stack):
    replies, used = {}, []
    for count in (5, 7, 9):
        prompt = SAID.format(count=count, asks=f"Is the Student Solution incorrect? {WHERE}")
        answer = await openai_client.chat.completions.create(model="lemma-check", messages=said(prompt))
        replies[count] = answer.choices[0].message.content
        used.append(stack.do("used", name=student.name)["tokens"])
    assert replies == {5: "0", 7: "0", 9: "2"}
    assert 0 < used[0] < used[1] == used[2], "the second turn is one for all, and only where the first speaks against the student"
    assert stack.do("conversations", name=student.name) == {"shown": 0, "all": 2}


async def test_a_judgement_streams_with_its_reason(openai_client):
    messages = said("Problem: Prove: Count to 6\nStudent Solution: I count them.\nI get 5 + 1 = 7.")
    stream = await openai_client.chat.completions.create(model="lemma-check", messages=messages, stream=True)
    text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])
    assert text.startswith("Step 2 is the first wrong one. 5 + 1 is not equal to 7.")


async def test_what_cannot_be_judged_is_said(openai_client):
    with pytest.raises(openai.BadRequestError, match="Student Solution"):
        await openai_client.chat.completions.create(model="lemma-check", messages=said("Is 7 prime?"))


async def test_earlier_messages_are_read(openai_client):
    dialogue = [{"role": "system", "content": "Be brief."}, *said("Count to 3"), {"role": "assistant", "content": "1 2 3"}]
    answer = await openai_client.chat.completions.create(model="lemma-words", messages=[*dialogue, *said("And now Count to 4")])
    assert answer.choices[0].message.content.endswith("\\boxed{4}")


async def test_what_the_system_says_is_read_with_the_first_question(openai_client):
    asked = [{"role": "system", "content": f"Is the Student Solution incorrect? {WHERE}"}]
    work = "Problem: Prove: Count to 6\nStudent Solution: Step 1 - I count them all.\nStep 2 - There are 7."
    answer = await openai_client.chat.completions.create(model="lemma-check", messages=[*asked, *said(work)])
    assert answer.choices[0].message.content == "2"


@pytest.mark.parametrize("model", ["lemma", "lemma-best-of-4"])
async def test_what_the_system_says_is_no_part_of_what_is_asked(openai_client, student, stack, model):
    asked = [{"role": "system", "content": "You are a helpful assistant. Today is 2026-11-30."}, *said("你好")]
    answer = await openai_client.chat.completions.create(model=model, messages=asked)
    assert answer.choices[0].message.content.startswith("你好")
    assert (answer.choices[0].finish_reason, answer.usage.completion_tokens) == ("stop", 0)


async def test_what_the_system_says_is_read_however_long_the_dialogue_is(openai_client):
    before = [*said("Count to 1"), {"role": "assistant", "content": "1"}] * 25
    messages = [{"role": "system", "content": "Speak of the socks in the drawer."}, *before, *said("Count to 2")]
    answer = await openai_client.chat.completions.create(model="lemma-words", messages=messages)
    assert answer.choices[0].message.content.endswith("The answer is $\\boxed{5}$.")


async def test_half_a_character_is_no_accident(openai_client, stack):
    url, headers = f"http://127.0.0.1:{stack.port}/v1/chat/completions", {"Authorization": f"Bearer {openai_client.api_key}"}
    asked = rb'{"model": "lemma-words", "messages": [{"role": "user", "content": "Count to 2 \u0000\ud83d"}]}'
    async with httpx.AsyncClient(headers=headers, timeout=60) as http:
        answer = (await http.post(url, content=asked)).json()
    assert answer["choices"][0]["message"]["content"].endswith("\\boxed{2}")


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
async def test_a_solution_has_no_more_tokens_than_the_program_allows(openai_client, name):
    answer = await openai_client.chat.completions.create(model="lemma-words", messages=said("Count to 20"), **{name: 5})
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("1 2 3 4 5 ", "length")
    assert answer.usage.completion_tokens == 5


async def test_no_box_is_forced_beyond_the_tokens_that_a_program_allows(openai_client):
    answer = await openai_client.chat.completions.create(model="lemma-python", messages=said("Draw a plot"), max_tokens=3)
    assert answer.choices[0].message.content.endswith("```output\n42\n```\n\nThe result is ")
    assert (answer.choices[0].finish_reason, answer.usage.completion_tokens) == ("length", 3)


@pytest.mark.parametrize("model", ["lemma-words", "lemma-best-of-4"])
@pytest.mark.parametrize("stream", [False, True])
async def test_a_message_ends_before_what_it_is_to_stop_at(openai_client, model, stream):
    asked = {"model": model, "messages": said("Prove: Count to 20"), "stop": ["8 9 10", "9 1", "3 5"]}
    if stream:
        chunks = [chunk async for chunk in await openai_client.chat.completions.create(**asked, stream=True)]
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        reason = chunks[-1].choices[0].finish_reason
    else:
        choice = (await openai_client.chat.completions.create(**asked)).choices[0]
        text, reason = choice.message.content, choice.finish_reason
    assert (text, reason) == ("1 2 3 4 5 6 7 ", "stop")


async def test_what_only_begins_like_a_stop_is_said(openai_client):
    answer = await openai_client.chat.completions.create(model="lemma-words", messages=said("Count to 3"), stop="3}!")
    assert answer.choices[0].message.content == "1 2 3 \\boxed{3}"


async def test_what_is_not_wanted_is_not_written(openai_client, stack):
    aborted = stack.stats()["aborted"]
    answer = await openai_client.chat.completions.create(model="lemma-words", messages=said("Count to 1000"), stop="7")
    assert answer.choices[0].message.content == "1 2 3 4 5 6 "
    assert answer.usage.completion_tokens > 0
    await asyncio.to_thread(wait_until, lambda: stack.stats()["aborted"] > aborted, "the engine's request was not closed", 10)


async def test_who_stops_reading_stops_the_turn(openai_client, stack):
    stream = await openai_client.chat.completions.create(model="lemma-words", messages=said("Count to 1000"), stream=True)
    async for chunk in stream:
        if chunk.choices[0].delta.content:
            break
    aborted = stack.stats()["aborted"]
    await stream.close()
    await asyncio.to_thread(wait_until, lambda: stack.stats()["aborted"] > aborted, "the engine's request was not closed", 10)


@pytest.mark.parametrize(
    ("change", "error", "code", "param"),
    [
        ({"model": "gpt-5"}, openai.NotFoundError, "model_not_found", "model"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, openai.BadRequestError, None, "messages[0].content"),
        ({"messages": said("long " * 5000)}, openai.BadRequestError, "context_length_exceeded", "messages"),
        (
            {"messages": [{"role": "system", "content": "long " * 5000}, *HELLO, *said("2")]},
            openai.BadRequestError,
            "context_length_exceeded",
            "messages",
        ),
        ({"messages": said("long " * 100_000)}, openai.BadRequestError, "context_length_exceeded", "messages"),
        ({"messages": said("  ")}, openai.BadRequestError, None, "messages"),
        ({"messages": said("long " * 600_000)}, openai.BadRequestError, "context_length_exceeded", "messages"),
    ],
)
async def test_a_bad_request_has_the_api_s_own_error(openai_client, change, error, code, param):
    with pytest.raises(error) as caught:
        await openai_client.chat.completions.create(**{"model": "lemma", "messages": said("Count to 2")} | change)
    assert (caught.value.code, caught.value.param) == (code, param)
    assert caught.value.message


async def test_keys_are_checked(openai_client, student, stack):
    with pytest.raises(openai.AuthenticationError):
        await openai_client.with_options(api_key="wrong").models.list()
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"http://127.0.0.1:{stack.port}/v1/models")).status_code == 401
    stack.do("revoke_keys", name=student.name)
    with pytest.raises(openai.AuthenticationError) as caught:
        await openai_client.models.list()
    assert caught.value.code == "invalid_api_key"


async def test_quotas_are_kept(openai_client, student, stack):
    await openai_client.models.list()
    stack.do("use_up", name=student.name, requests=60)
    with pytest.raises(openai.RateLimitError) as caught:
        await openai_client.models.list()
    assert caught.value.code == "rate_limit_exceeded"
    assert 0 < int(caught.value.response.headers["Retry-After"]) <= 60
    stack.do("use_up", name=student.name, requests=0, tokens=1_000_000)
    with pytest.raises(openai.RateLimitError) as caught:
        await openai_client.with_options(max_retries=2).chat.completions.create(model="lemma", messages=said("Count to 2"))
    assert caught.value.code == "insufficient_quota"
    assert 0 < int(caught.value.response.headers["Retry-After"]) <= 86_400
    assert caught.value.request.headers["X-Stainless-Retry-Count"] == "0", "a client's trying again would be in vain"


async def test_a_new_key_is_no_new_quota(openai_client, student, stack):
    await openai_client.models.list()
    stack.do("use_up", name=student.name, requests=0, tokens=1_000_000)
    stack.do("revoke_keys", name=student.name)
    fresh = openai_client.with_options(api_key=stack.do("api_key", name=student.name)["key"])
    with pytest.raises(openai.RateLimitError) as caught:
        await fresh.models.list()
    assert caught.value.code == "insufficient_quota"


async def test_a_problem_that_is_solved_once_is_counted_once(openai_client, student, stack):
    prompt = JUDGE.format(work=WRONG, asks=WHERE)
    used = []
    for _ in range(2):
        await openai_client.chat.completions.create(model="lemma-check", messages=said(prompt))
        used.append(stack.do("used", name=student.name)["tokens"])
    assert used[0] == used[1] > 0


async def test_what_is_no_request_is_refused(openai_client, stack):
    url = f"http://127.0.0.1:{stack.port}/v1/chat/completions"
    headers = {"Authorization": f"Bearer {openai_client.api_key}"}
    async with httpx.AsyncClient(headers=headers) as http:
        assert (await http.post(url, content=b"{")).json()["error"]["type"] == "invalid_request_error"
        assert (await http.post(url, content=b"[]")).status_code == 400
        assert (await http.post(url, content=b"[" * 100_000)).status_code == 400
        assert (await http.get(url)).headers["Allow"] == "POST"
        assert (await http.head(url.replace("chat/completions", "models/"))).status_code == 200
        assert (await http.post(url.replace("chat/completions", "embeddings"))).json()["error"]["code"] == "unknown_url"
