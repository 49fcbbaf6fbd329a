"""Signing up, logging in and out; roles."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts import devices, keys, tries
from accounts.admin import GOES
from accounts.models import ApiKey, ApiUse, LogInTry, User

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
    assert "/admin/auth/group/" not in client.get("/admin/").text, "a role is all that says what somebody may do"


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
    assert client.post(door, wrong).status_code == 200
    assert client.post(door, {"username": "lin", "password": ""}).status_code == 200  # looks at no password, and forgets no try
    said = [client.post(door, form).context["form"].non_field_errors()[0] for form in (wrong, right, right)]
    assert [words.startswith("Too many wrong passwords") for words in said] == [False, True, True]
    assert client.post(door, {"username": "max", "password": "wrong"}).context["form"].non_field_errors()[0] == said[0]
    LogInTry.objects.update(at=timezone.now() - tries.SHUT)
    assert client.post(door, right).status_code == 302
    assert not LogInTry.objects.filter(username="lin").exists()


def test_a_name_in_other_letters_is_no_other_door(client, monkeypatch):
    monkeypatch.setattr(tries, "MOST", 2)
    said = [client.post("/accounts/login/", {"username": name, "password": "wrong"}).text for name in ("lin", "LIN", "Lin")]
    assert ["Too many wrong passwords" in page for page in said] == [False, False, True]


def test_who_knocks_at_a_shut_door_does_not_keep_it_shut(client, monkeypatch):
    monkeypatch.setattr(tries, "MOST", 2)
    User.objects.create_user("lin", password=PASSWORD)
    right, wrong = ({"username": "lin", "password": password} for password in (PASSWORD, "wrong"))
    for form in (wrong, wrong, right, right):
        LogInTry.objects.update(at=F("at") - tries.SHUT / 5)
        assert client.post("/accounts/login/", form).status_code == 200
    LogInTry.objects.update(at=F("at") - tries.SHUT * 3 / 5)  # since the wrong ones it is so long, but not since the others
    assert client.post("/accounts/login/", right).status_code == 302


@pytest.mark.parametrize("door", ["/accounts/login/", "/admin/login/"])
def test_nobody_is_kept_out_of_their_own_browser(client, monkeypatch, door):
    monkeypatch.setattr(tries, "MOST", 2)
    User.objects.create_superuser("Lin", password=PASSWORD)
    User.objects.create_superuser("max", password=PASSWORD)
    right, wrong = ({"username": "lin", "password": password} for password in (PASSWORD, "wrong"))
    client.post("/accounts/login/", right)
    client.post("/accounts/logout/")
    assert client.cookies[devices.COOKIE]["httponly"], "no script reads it"
    other = Client()
    for form in (wrong, wrong, right):
        assert other.post(door, form).status_code == 200
    assert client.post(door, right).status_code == 302
    client.post("/accounts/logout/")
    for form in (wrong, wrong, right):  # and nobody guesses there either
        assert client.post(door, form).status_code == 200
    other.post("/accounts/login/", {"username": "max", "password": PASSWORD})
    other.post("/accounts/logout/")
    assert other.post(door, right).status_code == 200  # a browser of somebody else's


@pytest.mark.parametrize("door", ["/accounts/login/", "/admin/login/"])
def test_a_name_that_no_column_holds_is_nobodys(client, door):
    form = client.post(door, {"username": "x" * 151, "password": "wrong"}).context["form"]
    assert "username" in form.errors
    assert not LogInTry.objects.exists()


def test_a_log_in_name_is_one_in_capitals_and_small_letters(client):
    for name in ("Anne", "li.wei", "Bo", "bo", "Ünal"):
        User.objects.create_user(name, password=PASSWORD)
    for typed, name in (("anne", "Anne"), ("Li.Wei", "li.wei"), ("Ünal", "Ünal"), ("bo", "bo"), ("Bo", "Bo"), ("BO", None), ("ann", None)):
        answer = client.post("/accounts/login/", {"username": typed, "password": PASSWORD}, follow=True)
        assert (answer.wsgi_request.user.get_username() or None) == name, typed
        client.logout()


def test_a_log_in_takes_the_sessions_away_that_have_run_out(client):
    User.objects.create_user("lin", password=PASSWORD)
    now = timezone.now()
    for key, days in (("old", -1), ("alive", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(days=days))
    assert client.post("/accounts/login/", {"username": "lin", "password": PASSWORD}).status_code == 302
    assert set(Session.objects.values_list("session_key", flat=True)) == {"alive", client.session.session_key}


def test_nobody_is_sent_to_another_host(client):
    User.objects.create_user("lin", password=PASSWORD)
    answer = client.post("/accounts/login/", {"username": "lin", "password": PASSWORD, "next": "https://example.org/"})
    assert answer.url == "/"


def test_a_password_becomes_another_one(client):
    sign_up(client)
    other = Client()
    other.post("/accounts/login/", {"username": "lin", "password": PASSWORD})
    assert 'href="/accounts/password/"' in client.get("/").content.decode()
    new = {"new_password1": "another long passphrase", "new_password2": "another long passphrase"}
    assert client.post("/accounts/password/", {"old_password": "wrong"} | new).context["form"].errors["old_password"]
    assert "Your password is changed." in client.post("/accounts/password/", {"old_password": PASSWORD} | new).content.decode()
    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 302
    assert User.objects.get().check_password("another long passphrase")


@pytest.mark.parametrize("page", ["/accounts/password/", "/admin/password_change/"])
def test_nor_is_the_old_password_guessed_where_somebody_is_logged_in(client, page):
    lin = User.objects.create_superuser("lin", password=PASSWORD)
    client.force_login(lin)
    new = {"new_password1": "another long passphrase", "new_password2": "another long passphrase"}
    for _guess in range(tries.MOST):
        client.post(page, {"old_password": "wrong"} | new)
    client.post(page, {"old_password": PASSWORD} | new)
    lin.refresh_from_db()
    assert lin.check_password(PASSWORD)
    max_ = User.objects.create_superuser("max", password=PASSWORD)
    other = Client()
    other.force_login(max_)
    other.post(page, {"old_password": PASSWORD} | new)
    max_.refresh_from_db()
    assert max_.check_password("another long passphrase"), "it is the door of one"
    assert Client().post("/accounts/login/", {"username": "lin", "password": PASSWORD}).status_code == 302
    LogInTry.objects.update(at=timezone.now() - tries.SHUT)
    client.post(page, {"old_password": PASSWORD} | new)
    lin.refresh_from_db()
    assert lin.check_password("another long passphrase")


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


def test_an_administrator_makes_another_one_and_takes_it_back(client):
    client.force_login(User.objects.create_superuser("head"))
    new = {"username": "deputy", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD, "role": "admin"}
    assert client.post("/admin/accounts/user/add/", new).status_code == 302
    deputy = User.objects.get(username="deputy")
    other = Client()
    other.force_login(deputy)
    assert other.get("/admin/accounts/user/").status_code == 200
    page = f"/admin/accounts/user/{deputy.pk}/change/"
    changed = {"username": "deputy", "role": "teacher", "is_active": "on", "first_name": "", "last_name": "", "email": ""}
    assert client.post(page, changed).status_code == 302
    assert other.get("/admin/accounts/user/").status_code == 302


def test_an_administrator_is_always_left(client):
    head = User.objects.create_superuser("head")
    client.force_login(head)
    page = f"/admin/accounts/user/{head.pk}/change/"
    assert client.post(page, {"username": "head", "first_name": "Li", "role": "student", "is_active": ""}).status_code == 302
    assert client.post(f"/admin/accounts/user/{head.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [head.pk, User.objects.create_user("lin").pk], "post": "yes"}
    assert "head" in client.post("/admin/accounts/user/", chosen).context["protected"]
    left = User.objects.get(username="head")
    assert (left.role, left.is_active, left.is_superuser, left.first_name) == ("admin", True, True, "Li")


def test_the_files_of_the_administrators_pages_are_collected(client):
    """One that is not makes the page an error where names have hashes, as they have wherever Lemma is served."""
    client.force_login(User.objects.create_superuser("head"))
    lin = User.objects.create_user("lin")
    ignored = apps.get_app_config("staticfiles").ignore_patterns
    collected = {path for finder in get_finders() for path, _ in finder.list(ignored)}
    for page in ("", "add/", f"{lin.pk}/change/", f"{lin.pk}/delete/", f"{lin.pk}/password/", f"{lin.pk}/history/"):
        named = set(re.findall(r'"/static/(admin/[^"]+)"', client.get(f"/admin/accounts/user/{page}").content.decode()))
        assert "admin/css/base.css" in named
        assert named <= collected


def test_the_administrators_pages_have_a_chinese_heading(client):
    client.force_login(User.objects.create_superuser("head"))
    page = client.get("/admin/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "账号" in page
    assert "Accounts" not in page
    assert "Select an option" not in client.get("/admin/accounts/user/", headers={"Accept-Language": "zh-hans"}).content.decode()


def test_who_is_deleted_is_asked_about_with_counts(client):
    client.force_login(User.objects.create_superuser("head"))
    lin = User.objects.create_user("lin")
    key = ApiKey.objects.create(user=lin, name="mine", digest="x")
    ApiUse.objects.bulk_create(ApiUse(key=key, period=str(number)) for number in range(30))
    page = client.get(f"/admin/accounts/user/{lin.pk}/delete/")
    assert dict(page.context["model_count"]) == {"People": 1, "API keys": 1}
    chinese = client.get(f"/admin/accounts/user/{lin.pk}/delete/", headers={"accept-language": "zh-hans"})
    assert list(dict(chinese.context["model_count"])) == ["人员", "API 密钥"]
    assert page.content.decode().count("<li>") < 10
    client.post(f"/admin/accounts/user/{lin.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=lin.pk).exists()
    assert not ApiUse.objects.exists()


def test_what_is_counted_is_there():
    for label in GOES:
        apps.get_model(label)


@pytest.mark.parametrize("role", ["student", "teacher", "admin"])
def test_the_administration_is_linked_for_administrators_alone(client, role):
    client.force_login(User.objects.create_user("lin", role=role, is_staff=role == "admin"))
    assert ('href="/admin/"' in client.get("/").content.decode()) == (role == "admin")
    assert client.get("/admin/").status_code == (200 if role == "admin" else 302)


def test_who_has_keys_sees_what_is_left_of_the_day(client, settings):
    settings.API_TOKENS_A_DAY = 20_000
    sign_up(client)
    assert "tokens of today" not in client.get("/accounts/keys/").content.decode()
    made = client.post("/accounts/keys/", {"name": "mine"}).context["made"]
    keys.count_tokens(keys.admit(made), 1234)
    assert "1,234 of 20,000 tokens of today (UTC) are used; 60 requests a minute" in client.get("/accounts/keys/").content.decode()
    chinese = client.get("/accounts/keys/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "一共用了 1234 个词元，每天最多 20000 个；每分钟最多 60 次请求" in chinese


def test_who_has_as_many_keys_as_one_may_have_revokes_one_first(client, monkeypatch):
    monkeypatch.setattr(keys, "KEYS_EACH", 2)
    sign_up(client)
    made = [client.post("/accounts/keys/", {"name": name}).context["made"] for name in ("one", "two", "three")]
    assert [bool(key) for key in made] == [True, True, False]
    refused = client.post("/accounts/keys/", {"name": "three"}).context["form"]
    assert refused.errors["name"] == ["You have as many keys as one may have. Revoke one first."]
    client.post(f"/accounts/keys/{ApiKey.objects.get(name='one').pk}/revoke/")
    assert client.post("/accounts/keys/", {"name": "three"}).context["made"]
    assert [key.name for key in keys.keys_of(User.objects.get())] == ["three", "two"]


def test_a_key_of_who_may_not_log_in_any_more_opens_nothing():
    lin = User.objects.create_user("lin")
    key = keys.make(lin, "mine")
    assert keys.admit(key).user == lin
    User.objects.update(is_active=False)
    with pytest.raises(keys.KeyRefused):
        keys.admit(key)


def test_requests_are_counted_by_the_minute_and_tokens_by_the_day(settings, monkeypatch):
    def at(*moment):
        monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, *moment, tzinfo=UTC))

    settings.API_REQUESTS_A_MINUTE, settings.API_TOKENS_A_DAY = 2, 100
    at(1, 10, 0, 50)
    lin = User.objects.create_user("lin")
    one, two = (keys.make(lin, name) for name in ("one", "two"))
    assert keys.admit(one).user == keys.admit(two).user == lin
    with pytest.raises(keys.TooManyRequests, match="2 requests a minute") as caught:
        keys.admit(two)
    assert caught.value.seconds == 10
    at(1, 10, 1, 0)
    keys.count_tokens(keys.admit(one), 99)
    keys.count_tokens(keys.admit(two), 1)
    at(1, 23, 58, 30)
    with pytest.raises(keys.QuotaUsedUp, match="100 tokens a day") as caught:
        keys.admit(one)
    assert caught.value.seconds == 90
    keys.revoke_all(lin)
    with pytest.raises(keys.QuotaUsedUp):
        keys.admit(keys.make(lin, "a new one of the same day"))
    at(2, 0, 0, 0)
    three = keys.make(lin, "three")
    keys.count_tokens(keys.admit(three), 5)
    for key in (one, two, "lemma-none"):
        with pytest.raises(keys.KeyRefused):
            keys.admit(key)
    at(4, 0, 0, 0)
    found = keys.admit(three)
    assert set(found.uses.values_list("period", flat=True)) == {"2026-03-02", "2026-03-02T00:00", "2026-03-04T00:00"}
    at(4, 0, 1, 0)
    keys.admit(three)
    assert set(found.uses.values_list("period", flat=True)) == {"2026-03-04T00:00", "2026-03-04T00:01"}, "what is old is cleared away"
    assert ApiKey.objects.get(name="three").used == timezone.now()
