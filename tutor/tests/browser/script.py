"""Plays the worker for the browser tests: a process with a site's settings that writes turns and their events. JSON lines in and out."""

import base64
import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from asgiref.sync import async_to_sync  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts import classrooms, rosters  # noqa: E402
from accounts.models import Enrolment, User  # noqa: E402
from tutor import eventlog, reporting, sharing  # noqa: E402
from tutor.models import Conversation, Plot, Turn, Worker  # noqa: E402

FAR = timedelta(days=1)


def person(name, role="student"):
    """A logged-in session of a person."""
    user, _ = User.objects.get_or_create(
        username=name, defaults={"role": role, "is_staff": role == "admin", "is_superuser": role == "admin"}
    )
    user.set_password("a long passphrase")
    user.save()
    client = Client()
    client.force_login(user)
    return {"cookie": client.cookies["sessionid"].value}


def worker(**state):
    """What the server's worker says of itself; `gone` takes it away."""
    Worker.objects.all().delete()
    if not state.pop("gone", False):
        Worker.objects.create(name="script", seen=timezone.now() + FAR, model="recorded", **{"engine_loading": False} | state)


def conversation(name, questions, title=""):
    """A conversation in which each question follows the one before; its first entries are there."""
    about = Conversation.objects.create(owner=User.objects.get(username=name), title=title or questions[0])
    turns = []
    for question in questions:
        parent = turns[-1] if turns else None
        turns.append(Turn.objects.create(conversation=about, parent=parent, question=question, enqueued=timezone.now()))
        tell(str(turns[-1].pk), [["queued", {}]])
    return {"conversation": str(about.pk), "turns": [str(turn.pk) for turn in turns]}


def share_and_report(turn, teacher):
    """A turn's conversation is shared with a teacher, and reported to the administrators. Somebody new has no password yet."""
    turn = Turn.objects.select_related("conversation__owner").get(pk=turn)
    owner = turn.conversation.owner
    classroom = classrooms.create(User.objects.get(username=teacher), "8b")
    Enrolment.objects.create(classroom=classroom, student=owner)
    sharing.share(turn.conversation, classroom)
    report = reporting.report(owner, turn, "wrong", None, "Is $x = -2$ not right as well?")
    new = User(username=f"new-{turn.pk}")
    new.set_unusable_password()
    new.save()
    return {"report": report.pk, "first": rosters.first_login(new), "person": owner.pk}


def tell(turn, events):
    """Append events to a turn's log as a worker does, and ring."""
    turn = Turn.objects.get(pk=turn)
    seq = turn.events.count()
    entries = []
    for kind, data in events:
        seq += 1
        _follow(turn, kind, data)
        entries.append(eventlog.Entry(seq=seq, run=turn.run, kind=kind, data=data))
    turn.save()
    turn.events.bulk_create(eventlog.rows(turn.pk, entries))
    async_to_sync(eventlog.ring)(turn.conversation_id, turn.pk, entries)


def oversleep(turn, events):
    """These events end the turn and its log is joined before any page hears of them, as for one that sleeps for a day."""
    turn = Turn.objects.get(pk=turn)
    entries = [eventlog.Entry(seq=turn.events.count() + n, run=turn.run, kind=kind, data=data) for n, (kind, data) in enumerate(events, 1)]
    with transaction.atomic():
        turn.events.bulk_create(eventlog.rows(turn.pk, entries))
        Turn.objects.filter(pk=turn.pk).update(state="done", finished=timezone.now())
        eventlog.join(turn.pk)


def _follow(turn, kind, data):
    """The turn's columns, as the entry changes them."""
    if kind == "started":
        turn.state, turn.run, turn.lease_expires, turn.n = "running", turn.run + 1, timezone.now() + FAR, data["n"]
    elif kind in ("done", "failed", "stopped"):
        turn.state, turn.answer, turn.failure = kind, data.get("answer") or "", data.get("reason", "")


def newest(name):
    """The turn that a person asked last."""
    turn = Turn.objects.filter(conversation__owner__username=name).latest("created")
    keys = ("question", "mode", "language", "n", "state", "stop_requested")
    return {"turn": str(turn.pk), "conversation": str(turn.conversation_id)} | {key: getattr(turn, key) for key in keys}


def plot(turn, png):
    return {"plot": str(Plot.objects.create(turn_id=turn, png=base64.b64decode(png)).pk)}


def clear(name):
    """End what a person has running, so that the next test may ask."""
    Turn.objects.filter(conversation__owner__username=name, state__in=("queued", "running")).update(state="stopped")


COMMANDS = {
    function.__name__: function for function in (person, worker, conversation, share_and_report, tell, oversleep, newest, plot, clear)
}


def serve(commands):
    """Do what is asked, a line at a time, until the test closes the pipe."""
    for line in sys.stdin:
        command, arguments = json.loads(line)
        sys.stdout.write(json.dumps(commands[command](**arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(COMMANDS)
