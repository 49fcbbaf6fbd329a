"""Questions in the background: who may have how many, what waits for what, and the notice when one is over."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from tutor import asking, background, leases, standing
from tutor.models import Turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def student():
    return User.objects.create_user("student")


def ask(user, question="A hard one?", n=64, *, in_background=True, **more):
    return asking.ask(user, question, "cot", "en", n=n, in_background=in_background, **more)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def end(turn, state="done"):
    Turn.objects.filter(pk=turn.pk).update(state=state)


@pytest.mark.parametrize(("role", "most"), [("student", 64), ("teacher", 256), ("admin", 256)])
def test_so_many_solutions_are_offered(role, most):
    user = User.objects.create_user("somebody", role=role)
    page = client_of(user).get("/").content.decode()
    assert f'value="{most}b"' in page
    assert ('value="256b"' in page) == (most == 256)
    form = {"question": "?", "mode": "cot", "language": "en"}
    assert client_of(user).post(reverse("tutor:ask"), form | {"n": f"{2 * most}b"}).status_code == 422
    assert client_of(user).post(reverse("tutor:ask"), form | {"n": f"{most}b"}).status_code == 302
    turn = Turn.objects.get()
    assert (turn.n, turn.background) == (most, True)


@pytest.mark.parametrize(("n", "in_background"), [(64, False), (8, True), (128, True)])
def test_more_is_not_to_be_had(student, n, in_background):
    with pytest.raises(asking.CountNotOffered):
        ask(student, n=n, in_background=in_background)


@pytest.mark.parametrize("n", ["b", "-64", "064b", "64c", "1000b"])
def test_what_is_no_number_is_refused(student, n):
    form = {"question": "?", "mode": "cot", "language": "en", "n": n}
    assert client_of(student).post(reverse("tutor:ask"), form).status_code == 400


def test_a_student_has_one_at_a_time(student):
    first = ask(student)
    with pytest.raises(asking.OneInBackground):
        ask(student)
    ask(User.objects.create_user("other"))
    ask(student, n=4, in_background=False)
    end(first, "failed")
    asking.regenerate(first)
    with pytest.raises(asking.OneInBackground):
        asking.regenerate(first)


def test_a_lesson_writes_one_solution(student):
    turn = ask(student, aim="hints")
    assert (turn.n, turn.background) == (1, False)


def test_it_waits_behind_what_somebody_waits_for(student):
    hard = ask(student)
    quick = [ask(User.objects.create_user(name), n=1, in_background=False) for name in ("other", "third")]
    assert [standing.position(turn.pk) for turn in (*quick, hard)] == [1, 2, 3]
    later = ask(User.objects.create_user("fourth"))
    assert [standing.position(turn.pk) for turn in (hard, later)] == [3, 4]


def test_a_worker_without_a_place_leaves_it_waiting(student):
    hard, quick = ask(student), ask(student, n=1, in_background=False)
    assert leases.claim(hard.pk, background=False) is None
    assert leases.claim(quick.pk, background=False) is not None
    assert leases.claim(hard.pk) is not None


@pytest.mark.parametrize(("state", "words"), [("done", "Worked out"), ("failed", "Could not be worked out"), ("stopped", "Stopped")])
def test_a_notice_says_what_became_of_it_until_it_is_opened(student, state, words):
    turn, client = ask(student), client_of(student)
    sidebar, lines = reverse("tutor:notices"), reverse("tutor:notices") + "?lines"
    conversation = reverse("tutor:conversation", args=[turn.conversation_id])
    assert "in-background" in client.get(conversation).content.decode()  # and was looked at too early
    assert turn.question not in client.get(sidebar).content.decode()
    end(turn, state)
    assert conversation in client.get(sidebar).content.decode()
    for page in ("/", lines):
        assert f"{words} in the background" in client.get(page).content.decode()
    assert turn.question not in client_of(User.objects.create_user("other")).get(sidebar).content.decode()
    client.get(conversation)
    assert not background.notices(student)
    assert turn.question not in client.get(lines).content.decode()


def test_the_newest_notices_are_shown_first_and_so_many_at_once(student, monkeypatch):
    monkeypatch.setattr(background, "SHOWN", 2)
    turns = []
    for minutes in (2, 1, 3):
        turns.append(ask(student))
        Turn.objects.filter(pk=turns[-1].pk).update(state="done", finished=timezone.now() - timedelta(minutes=minutes))
    assert list(background.notices(student)) == [turns[1], turns[0]]


def test_what_was_waited_for_has_no_notice(student):
    end(ask(student, n=4, in_background=False))
    assert not background.notices(student)
