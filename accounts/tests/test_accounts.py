"""Signing up, logging in and out; roles."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import tries
from accounts.models import LogInTry, User

pytestmark = pytest.mark.django_db
PASSWORD = "a long passphrase"


@pytest.fixture
def client():
    return Client()


def sign_up(client, **more):
    return client.post("/accounts/signup/", {"username": "lin", "password1": PASSWORD, "password2": PASSWORD} | more)


def test_signing_up_makes_a_student_and_logs_them_in(client):
    assert sign_up(client).url == "/"
    assert client.get("/").context["user"].username == "lin"
    user = User.objects.get()
    assert (user.role, user.is_staff, user.is_superuser) == ("student", False, False)


def test_the_first_administrator_is_made_in_the_terminal(client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", username="head", email="", interactive=False)
    client.post("/accounts/login/", {"username": "head", "password": PASSWORD})
    assert [client.get(page).status_code for page in ("/training/", "/reports/", "/admin/")] == [200, 200, 200]


def test_a_role_is_not_taken_from_the_form(client):
    sign_up(client, role="admin", is_staff="on", is_superuser="on")
    user = User.objects.get()
    assert (user.role, user.is_staff, user.is_superuser) == ("student", False, False)


@pytest.mark.parametrize("wrong", [{"username": ""}, {"password2": "another"}, {"password1": "1234", "password2": "1234"}])
def test_a_form_with_mistakes_comes_back(client, wrong):
    answer = sign_up(client, **wrong)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not User.objects.exists()


def test_a_name_is_taken_once(client):
    sign_up(client)
    assert sign_up(Client()).context["form"].errors["username"]


def test_logging_in_and_out(client):
    User.objects.create_user("lin", password=PASSWORD)
    wrong = client.post("/accounts/login/", {"username": "lin", "password": "wrong"})
    assert wrong.context["form"].non_field_errors()
    right = client.post("/accounts/login/", {"username": "lin", "password": PASSWORD, "next": "/history/"})
    assert right.url == "/history/"
    assert client.get("/accounts/signup/").url == "/"
    assert client.post("/accounts/logout/").url == "/accounts/login/"
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("door", ["/accounts/login/", "/admin/login/"])
def test_a_password_is_not_guessed(client, monkeypatch, door):
    monkeypatch.setattr(tries, "MOST", 2)
    User.objects.create_superuser("lin", password=PASSWORD)
    right, wrong = ({"username": "lin", "password": password} for password in (PASSWORD, "wrong"))
    assert client.post(door, wrong).status_code == 200
    assert client.post(door, right).status_code == 302  # who mistypes and then does not is not counted
    client.post("/accounts/logout/")
    said = [client.post(door, form).context["form"].non_field_errors()[0] for form in (wrong, wrong, right, right)]
    assert [words.startswith("Too many wrong passwords") for words in said] == [False, False, True, True]
    assert client.post(door, {"username": "max", "password": "wrong"}).context["form"].non_field_errors()[0] == said[0]
    LogInTry.objects.update(at=timezone.now() - tries.SHUT)
    assert client.post(door, right).status_code == 302
    assert not LogInTry.objects.filter(username="lin").exists()


def test_nobody_is_sent_to_another_host(client):
    User.objects.create_user("lin", password=PASSWORD)
    answer = client.post("/accounts/login/", {"username": "lin", "password": PASSWORD, "next": "https://example.org/"})
    assert answer.url == "/"


BACK = [
    ("get", "/history/?q=circle", "http://testserver/", "/history/?q=circle"),
    ("post", "/ask/", "http://testserver/history/?q=circle", "/history/?q=circle"),
    ("post", "/ask/", "http://testserver", "/"),
    ("post", "/ask/", "https://example.org/history/", "/"),
    ("post", "/ask/", "", "/"),
]


@pytest.mark.parametrize(("method", "address", "referer", "back"), BACK)
def test_logging_in_leads_back_to_a_page_that_can_be_read(client, method, address, referer, back):
    User.objects.create_user("lin", password=PASSWORD)
    turned_away = getattr(client, method)(address, headers={"Referer": referer})
    door = client.get(turned_away.url)
    inside = client.post("/accounts/login/", {"username": "lin", "password": PASSWORD, "next": door.context["next"]}, follow=True)
    assert inside.redirect_chain == [(back, 302)]
    assert inside.status_code == 200


def test_the_language_can_be_switched_before_logging_in(client):
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/accounts/login/"})
    assert "登录" in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("role", ["student", "teacher", "admin"])
def test_the_administration_is_linked_for_administrators_alone(client, role):
    client.force_login(User.objects.create_user("lin", role=role, is_staff=role == "admin"))
    assert ('href="/admin/"' in client.get("/").content.decode()) == (role == "admin")
    assert client.get("/admin/").status_code == (200 if role == "admin" else 302)
