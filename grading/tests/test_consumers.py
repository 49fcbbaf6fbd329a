"""The socket of an assignment's teachers: who may open it, and that everybody sees everybody."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.urls import path

from accounts.models import User
from config.asgi import sockets
from grading import consumers, leases
from grading.background import check
from grading.models import Presence
from grading.tests.school import RIGHT

pytestmark = pytest.mark.django_db(transaction=True)
application = URLRouter([path("ws/grading/<uuid:pk>/", consumers.GradingConsumer.as_asgi())])


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(consumers.GradingConsumer, "look", 0.1)
    monkeypatch.setattr(consumers.GradingConsumer, "seldom", 0.01)


class Page:
    """A teacher's open page, without a browser."""

    def __init__(self, school, user):
        scope = {"type": "websocket", "path": f"/ws/grading/{school.assignment.pk}/", "user": user, "headers": []}
        self.ends = ApplicationCommunicator(application, scope)

    async def open(self):
        await self.ends.send_input({"type": "websocket.connect"})
        assert (await self.ends.receive_output(5))["type"] == "websocket.accept"
        return self

    async def leave(self):
        await self.ends.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.ends.wait(5)

    async def __aenter__(self):
        return await self.open()

    async def __aexit__(self, *_error):
        await self.leave()

    async def say(self, text):
        await self.ends.send_input({"type": "websocket.receive", "text": text})

    async def at(self, submission):
        await self.say(json.dumps({"at": str(submission.pk) if submission else None}))

    async def until(self, holds):
        """The first state for which `holds`."""
        async with asyncio.timeout(20):
            while not holds(state := json.loads((await self.ends.receive_output(20))["text"])):
                pass
        return state

    async def close_code(self):
        while (message := await self.ends.receive_output(20))["type"] != "websocket.close":
            pass
        await self.leave()
        return message["code"]


def test_every_socket_is_tried_here_or_in_the_tutor_s_tests():
    assert [str(socket.pattern) for socket in sockets] == [
        "ws/conversations/<uuid:pk>/",
        "ws/grading/<uuid:pk>/",
        "ws/training/",
        "ws/training/<uuid:pk>/",
    ]


@pytest.mark.parametrize(("who", "code"), [("stranger", 4404), ("outsider", 4404), ("student", 4404), (None, 4401)])
async def test_who_may_not_grade_hears_nothing(school, who, code):
    page = await Page(school, getattr(school, who) if who else AnonymousUser()).open()
    assert await page.close_code() == code
    assert await Presence.objects.acount() == 0


async def test_without_a_broker_a_page_is_told_how_things_stand_all_the_same(school, no_broker):
    submission = await database_sync_to_async(school.hand_in)()
    async with Page(school, school.teacher) as page, Page(school, school.admin) as other:
        await page.at(submission)
        await other.until(lambda state: [grader["submission"] for grader in state["graders"]] == [str(submission.pk)])
    assert await Presence.objects.acount() == 0


async def test_an_administrator_may_look(school):
    async with Page(school, school.admin) as page:
        assert await page.until(lambda state: state["problems"])


async def test_how_far_the_checking_is(school):
    await sync_to_async(school.hand_in)(work=RIGHT, checked=False)
    problem = str(school.problem.pk)
    async with Page(school, school.teacher) as page:
        state = await page.until(lambda state: True)
        assert state["problems"][problem] == {"submissions": 1, "waiting": 1, "failed": 0, "drafts": 1, "reviewed": 0, "released": 0}
        await database_sync_to_async(lambda: check(leases.claim_next()))()
        await page.until(lambda state: state["problems"][problem]["waiting"] == 0)


async def test_graders_see_each_other_come_go_and_move(school):
    work = await sync_to_async(school.hand_in)()
    async with Page(school, school.teacher) as mine:
        await mine.at(work)
        async with Page(school, school.colleague) as theirs:
            await theirs.until(lambda state: state["graders"] == [{"name": "teacher", "submission": str(work.pk)}])
            await mine.until(lambda state: state["graders"] == [{"name": "colleague", "submission": ""}])
            await theirs.at(work)
            await mine.until(lambda state: state["graders"] == [{"name": "colleague", "submission": str(work.pk)}])
        await mine.until(lambda state: state["graders"] == [])
    assert await Presence.objects.acount() == 0


async def test_a_mark_that_moves_on_under_an_open_page_is_told(school):
    work = await sync_to_async(school.hand_in)()
    async with Page(school, school.colleague) as page:
        await page.at(work)
        await page.until(lambda state: state["open"] and state["open"]["version"] == 0)
        await database_sync_to_async(school.decide)(work)
        state = await page.until(lambda state: state["open"]["version"] == 1)
        assert state["open"] == {"submission": str(work.pk), "state": "done", "version": 1, "by": "teacher"}


async def test_a_submission_of_another_assignment_is_not_told_of(school):
    work = await sync_to_async(school.hand_in)()
    async with Page(school, school.teacher) as page:
        await page.at(work)
        await page.until(lambda state: state["open"])
        await page.at(None)
        await page.until(lambda state: state["open"] is None)
        await page.say('{"at": "00000000-0000-0000-0000-000000000000"}')
        await asyncio.sleep(0.3)
        assert (await Presence.objects.aget()).submission_id is None


@pytest.mark.parametrize("message", ["nonsense", "[]", '{"at": 7}', '{"at": "x"}', "{}", "[" * 100_000], ids=lambda text: text[:10])
async def test_a_message_of_another_kind_closes_the_socket(school, message):
    page = await Page(school, school.teacher).open()
    await page.say(message)
    assert await page.close_code() == 4400


@pytest.fixture
def looks(monkeypatch):
    """The looks into the database so far."""
    state, looks = consumers._state, []
    monkeypatch.setattr(consumers, "_state", lambda *asked: looks.append(asked) or state(*asked))
    return looks


async def test_how_things_stand_is_told_at_once_and_not_with_every_bell(school, monkeypatch, looks):
    monkeypatch.setattr(consumers.GradingConsumer, "look", 60)
    monkeypatch.setattr(consumers.GradingConsumer, "seldom", 60)
    async with Page(school, school.teacher) as page:
        await page.until(lambda state: True)
        await page.at(None)
        await asyncio.sleep(0.2)
    assert len(looks) == 1


async def test_a_page_that_was_left_is_not_looked_after_any_more(school, looks):
    async with Page(school, school.teacher) as page:
        await page.until(lambda state: True)
    before = len(looks)
    await asyncio.sleep(0.3)
    assert len(looks) == before


async def test_a_database_that_is_away_for_a_moment_is_waited_for(school, monkeypatch):
    state, away = consumers._state, [OperationalError("It is away.")]

    def told(*asked):
        if away:
            raise away.pop()
        return state(*asked)

    monkeypatch.setattr(consumers, "_state", told)
    async with Page(school, school.teacher) as page:
        await page.until(lambda state: state["problems"])


async def test_a_page_that_takes_nothing_is_closed(school, monkeypatch):
    frames = []

    async def stuck(_self, text_data):
        frames.append(text_data)
        await asyncio.sleep(60)

    monkeypatch.setattr(consumers.GradingConsumer, "slow", 0.01)
    monkeypatch.setattr(consumers.GradingConsumer, "send", stuck)
    page = await Page(school, school.teacher).open()
    assert (await page.ends.receive_output(20))["code"] == 1013
    await asyncio.sleep(0.2)
    assert len(frames) == 1
    await page.leave()


async def test_a_browser_that_has_gone_is_no_mistake_of_ours(school, monkeypatch, caplog):
    async def gone(_self, text_data):
        raise ConnectionResetError

    monkeypatch.setattr(consumers.GradingConsumer, "pause", 0.01)
    monkeypatch.setattr(consumers.GradingConsumer, "send", gone)
    page = await Page(school, school.teacher).open()
    assert await page.ends.receive_nothing(0.3)
    assert "A socket ended" not in caplog.text
    await page.leave()


async def test_a_socket_that_was_open_is_not_opened_again_without_its_bell(school, monkeypatch):
    async def gone(_self, **_message):
        raise ConnectionResetError("It has gone.")

    monkeypatch.setattr(consumers.GradingConsumer, "receive", gone)
    page = await Page(school, school.teacher).open()
    await page.until(lambda state: True)
    await page.at(None)
    with pytest.raises(ConnectionResetError):
        await page.ends.receive_output(5)


async def test_a_mistake_of_ours_is_said_and_the_page_comes_again(school, monkeypatch, caplog):
    monkeypatch.setattr(consumers.GradingConsumer, "pause", 0.01)
    page = await Page(school, school.teacher).open()
    await page.until(lambda state: True)
    monkeypatch.setattr(consumers, "_state", lambda *_asked: {}["mistake"])
    assert await page.close_code() == 1013
    assert "KeyError: 'mistake'" in caplog.text


async def test_who_no_longer_teaches_the_class_is_cut_off(school):
    page = await Page(school, school.colleague).open()
    await page.until(lambda state: True)
    await database_sync_to_async(school.classroom.teachers.remove)(school.colleague)
    assert await page.close_code() == 4404


@pytest.mark.parametrize("loss", [{"is_active": False}, {"role": "student"}])
async def test_a_teacher_who_is_one_no_longer_is_cut_off(school, loss):
    page = await Page(school, school.colleague).open()
    await page.until(lambda state: True)
    await User.objects.filter(pk=school.colleague.pk).aupdate(**loss)
    assert await page.close_code() == 4404
    assert await Presence.objects.acount() == 0
