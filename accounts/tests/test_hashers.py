"""Passwords are hashed few at a time."""

import threading
import time
from types import SimpleNamespace

from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts import connections, hashers


def test_a_class_that_logs_in_is_let_in_a_few_at_a_time(monkeypatch):
    inside, most, given_back, go_on = [], [], [], threading.Event()

    def hashing(self, password, *_rest):
        inside.append(password)
        most.append(len(inside))
        assert go_on.wait(10)
        inside.remove(password)
        return True

    monkeypatch.setattr(Argon2PasswordHasher, "verify", hashing)
    monkeypatch.setattr(Argon2PasswordHasher, "encode", hashing)
    monkeypatch.setattr(connections, "connection", SimpleNamespace(in_atomic_block=False, close=lambda: given_back.append(1)))
    hasher = hashers.Argon2()
    calls = [hasher.verify, hasher.encode] * 3
    students = [threading.Thread(target=call, args=(str(number), "")) for number, call in enumerate(calls)]
    for student in students:
        student.start()
    while len(inside) < hashers.AT_ONCE:
        time.sleep(0.01)
    time.sleep(0.1)  # for one too many
    assert len(given_back) == len(students)  # who waits holds no connection
    go_on.set()
    for student in students:
        student.join()
    assert (len(most), max(most)) == (len(students), hashers.AT_ONCE)
