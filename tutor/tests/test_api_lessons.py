"""Hints, steps and questions for programs: a lesson that goes on although each request only sends the dialogue so far."""

import pytest

CLIPS = "Natalia sold clips to 48 friends in April, and half as many in May. How many were sold clips altogether?"
APPLES = "小明有12个苹果，吃了3个，妈妈又给了他5个，现在有几个苹果？"

ON_ONE_PROFILE = pytest.mark.parametrize("stack", ["embedded"], indirect=True)


class Chat:
    """A dialogue as a chat client keeps it: all of it is sent each time, and nothing else is known."""

    def __init__(self, client, model, *messages):
        self.client, self.model, self.messages = client, model, list(messages)

    async def say(self, text):
        self.messages.append({"role": "user", "content": text})
        answer = await self.client.chat.completions.create(model=self.model, messages=self.messages)
        self.usage, said = answer.usage, answer.choices[0].message.content
        self.messages.append({"role": "assistant", "content": said.strip()})  # as clients do
        return said


async def test_hints_are_given_after_an_attempt_until_the_answer_is_found(openai_client, student, stack):
    chat = Chat(openai_client, "lemma-hints", {"role": "system", "content": "You are a helpful assistant."})
    opened = await chat.say(CLIPS)
    assert opened.startswith("What have you tried?")
    assert opened.endswith("and then you can have a hint."), "what is not to be had yet is not offered"
    assert chat.usage.completion_tokens > 0, "the problem was solved for it"
    assert (await chat.say("A hint, please!")).startswith("What have you tried?"), "there was no attempt"
    assert await chat.say("48 / 2 = 24") == (
        "1. ✓ 48 / 2 = 24\n   The calculation is right.\n\n"
        "What could be checked so far is right. Go on from there.\n\n*You can also write “hint”.*"
    )
    hint = await chat.say("Give me a hint")
    assert "72" not in hint
    assert "tried" not in hint
    assert "✗ 48 + 24 = 71" in await chat.say("48 + 24 = 71")
    done = await chat.say("72")
    assert "That is the answer. Well done." in done
    assert done.endswith("*You can also write “full solution”.*")
    assert "Altogether she sold $48 + 24 = 72$ clips." in await chat.say("show me the full solution")
    assert stack.do("conversations", name=student.name) == {"shown": 0, "all": 1}


@ON_ONE_PROFILE
async def test_after_a_lesson_the_next_problem_begins_one(openai_client):
    chat = Chat(openai_client, "lemma-hints")
    await chat.say(CLIPS)
    await chat.say("72")
    assert (await chat.say(APPLES)).startswith("你试过什么？")
    assert "答案正确" in await chat.say("14")


@ON_ONE_PROFILE
async def test_steps_are_revealed_one_by_one(openai_client):
    chat = Chat(openai_client, "lemma-steps")
    assert (await chat.say(CLIPS)).endswith("*You can also write “next step”.*")
    assert "48/2 = 24" in await chat.say("next step")
    assert "72" in await chat.say("show me the next step")


@ON_ONE_PROFILE
async def test_questions_are_asked_in_the_student_s_language(openai_client):
    chat = Chat(openai_client, "lemma-socratic")
    assert "吃了以后还剩几个？" in await chat.say(APPLES)
    assert (await chat.say("8")).startswith("还不对")
    assert (await chat.say("9")).startswith("对。")
    assert "做得好" in await chat.say("14")


@ON_ONE_PROFILE
async def test_work_that_comes_with_the_problem_is_read(openai_client):
    opened = await Chat(openai_client, "lemma-hints").say(f"Problem: {CLIPS}\n\nMy work is here.\nStudent Solution: 48 / 2 = 25")
    assert "1. ✗ 48 / 2 = 25" in opened


@ON_ONE_PROFILE
async def test_a_message_that_is_made_anew_goes_on_from_the_same_place(openai_client):
    chat = Chat(openai_client, "lemma-hints")
    await chat.say(CLIPS)
    await chat.say("72")
    again = Chat(openai_client, "lemma-hints", *chat.messages[:2])
    assert "1. ✗ 48 + 48 / 2 = 71" in await again.say("48 + 48 / 2 = 71")
    assert "Well done" in await again.say("72")


@ON_ONE_PROFILE
async def test_a_dialogue_that_is_not_known_begins_with_all_its_work(openai_client):
    messages = [
        {"role": "user", "content": CLIPS},
        {"role": "assistant", "content": "What did you try?"},
        {"role": "user", "content": "48 / 2 = 24"},
        {"role": "assistant", "content": "Good."},
    ]
    chat = Chat(openai_client, "lemma-hints", *messages)
    found = await chat.say("48 + 24 = 71")
    assert found.startswith("1. ✓ 48 / 2 = 24")
    assert "2. ✗ 48 + 24 = 71" in found
    assert "That is the answer" in await chat.say("72"), "from now on it is known"


@ON_ONE_PROFILE
async def test_what_lacks_something_is_asked_back_and_completed(openai_client):
    chat = Chat(openai_client, "lemma-hints")
    assert "缺少" in await chat.say("解方程") or chat.messages[-1]["content"].endswith(("？", "。"))
    assert (await chat.say(APPLES)).startswith("你试过什么？")


@ON_ONE_PROFILE
async def test_two_with_one_key_do_not_get_in_each_other_s_way(openai_client):
    one, other = Chat(openai_client, "lemma-hints"), Chat(openai_client, "lemma-hints")
    for chat in (one, other):
        await chat.say(CLIPS)
    assert "1. ✓ 48 / 2 = 24" in await one.say("48 / 2 = 24")
    assert "1. ✗ 48 / 2 = 25" in await other.say("48 / 2 = 25")
    assert "Line 1 does not hold yet" in other.messages[-1]["content"]
    assert "Well done" in await one.say("72")
