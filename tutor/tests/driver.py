"""A process with a stack's settings that does, for a test or a benchmark, what the pages do: JSON lines in, JSON lines out."""

import json
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import close_old_connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts import keys  # noqa: E402
from accounts.models import ApiUse, User  # noqa: E402
from tutor import asking, eventlog, exporting, leases, standing  # noqa: E402
from tutor import conversations as conversations_of  # noqa: E402
from tutor.conversations import search  # noqa: E402
from tutor.models import Conversation, Turn, TurnEvent  # noqa: E402


def sign_up(name, role="student"):
    user, _ = User.objects.get_or_create(username=name, defaults={"role": role})
    client = Client()
    client.force_login(user)
    return {"cookie": client.cookies["sessionid"].value}


def ask(name, question, mode="cot", conversation=None, n=1, in_background=False):
    user = User.objects.get(username=name)
    about = asking.get_conversation_for(user, conversation) if conversation else None
    return shown(asking.ask(user, question, mode, "en", n=n, in_background=in_background, conversation=about))


def stop(name, turn):
    asking.stop(asking.get_turn_for(User.objects.get(username=name), turn))


def regenerate(name, turn):
    return shown(asking.regenerate(asking.get_turn_for(User.objects.get(username=name), turn)))


def turn(turn):
    return shown(Turn.objects.get(pk=turn))


def api_key(name):
    return {"key": keys.make(User.objects.get(username=name), "test")}


def revoke_keys(name):
    for key in keys.keys_of(User.objects.get(username=name)):
        keys.revoke(key.user, key.pk)


def use_up(name, requests=0, tokens=0):
    for key in keys.keys_of(User.objects.get(username=name)):
        ApiUse.objects.filter(key=key).update(requests=requests)
        keys.count_tokens(key, tokens)


def used(name):
    return {"tokens": sum(ApiUse.objects.filter(key__user__username=name).values_list("tokens", flat=True))}


def conversations(name):
    user = User.objects.get(username=name)
    return {"shown": search(user, "").count(), "all": Conversation.objects.filter(owner=user).count()}


def candidates(turn):
    return [[row.number, row.answer, row.picked] for row in Turn.objects.get(pk=turn).candidates.all()]


def shown(turn):
    return {
        "turn": str(turn.pk),
        "conversation": str(turn.conversation_id),
        "state": turn.state,
        "run": turn.run,
        "failure": turn.failure,
        "answer": turn.answer,
    }


def plot(name, plot):
    return {"head": bytes(asking.get_plot_for(User.objects.get(username=name), plot).png[:8]).hex()}


def lengthen(turn, events, characters):
    """Give a finished turn a log that no socket's buffers hold."""
    ended = Turn.objects.get(pk=turn)
    while ended.state != "done":
        time.sleep(0.1)
        ended.refresh_from_db()
    last = ended.events.last()
    payload = {"candidate": 0, "part": "text", "text": "x" * characters}
    more = [TurnEvent(turn=ended, seq=last.seq + n, run=1, kind="token", payload=payload) for n in range(events)]
    TurnEvent.objects.filter(pk=last.pk).update(seq=last.seq + events)
    TurnEvent.objects.bulk_create(more)


def _seen(turn):
    """What a turn's log is read for: by its page, by the export, by what trains a model."""
    turn = Turn.objects.get(pk=turn)
    drawn = [entry | {"seq": None} for entry in conversations_of.replay(turn)[0]]
    ends = turn.events.filter(kind__in=("started", "solved", "done"))
    exported = exporting.markdown(turn.conversation, conversations_of.branch(turn.conversation))
    return [drawn, exported, list(ends.values_list("kind", "payload"))]


def join(turn):
    """Have the log joined as a sweep does a day later, by two workers; what is seen before, between and after."""
    found = [_seen(turn)]
    for _worker in range(2):
        Turn.objects.filter(pk=turn).update(finished=timezone.now() - eventlog.JOINED_AFTER)
        leases.sweep(idle=False)
        found.append(_seen(turn))
    return found


def log(turn):
    return list(Turn.objects.get(pk=turn).events.values("seq", "run", "kind", "payload"))


def state():
    found = standing.state()
    return {"ok": found.ok, "no_worker": found.no_worker, "loading": found.loading, "engine_error": found.engine_error}


COMMANDS = {
    function.__name__: function
    for function in (
        sign_up,
        ask,
        stop,
        regenerate,
        turn,
        candidates,
        api_key,
        revoke_keys,
        use_up,
        used,
        conversations,
        plot,
        lengthen,
        join,
        log,
        state,
    )
}


def serve(commands):
    """Do what is asked, a line at a time, until the test closes the pipe."""
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            result = commands[name](**arguments)
        except asking.AskingError as error:
            result = {"refused": type(error).__name__}
        close_old_connections()  # as after a request
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(COMMANDS)
