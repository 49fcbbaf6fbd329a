"""Keys for programs: made once, shown once, kept as a hash; with a person's quotas, counted by the minute and by the day."""

import hashlib
import secrets
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.http import Http404
from django.utils import timezone

from accounts.models import ApiKey, ApiUse, User

PREFIX = "lemma-"
SHOWN = 12  # characters of a key that its owner sees again
KEYS_EACH = 20


class KeyRefused(Exception):
    """Unknown or revoked."""


class TooManyRequests(Exception):
    """The person's requests of this minute are used up; `seconds` until the next."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{settings.API_REQUESTS_A_MINUTE} requests a minute are allowed.")
        self.seconds = seconds


class QuotaUsedUp(Exception):
    """The person's tokens of today are used up; `seconds` until there are new ones."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{settings.API_TOKENS_A_DAY} tokens a day (UTC) are allowed.")
        self.seconds = seconds


class TooManyKeys(Exception):
    """This person has as many keys as one may have."""


def make(user: User, name: str) -> str:
    """A new key of a person's. This is the only time that it is known. Raises `TooManyKeys`."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if keys_of(user).count() >= KEYS_EACH:
            raise TooManyKeys
        key = PREFIX + secrets.token_urlsafe(32)
        ApiKey.objects.create(user=user, name=name, start=key[:SHOWN], digest=_digest(key))
    return key


def keys_of(user: User) -> QuerySet[ApiKey]:
    """The keys that a person has and has not revoked, newest first."""
    return ApiKey.objects.filter(user=user, revoked=None).order_by("-created")


def revoke(user: User, pk: int) -> None:
    """From now on the key opens nothing. Http404 where it is not this person's."""
    if not keys_of(user).filter(pk=pk).update(revoked=timezone.now()):
        raise Http404


def revoke_all(user: User) -> None:
    """From now on none of a person's keys opens anything."""
    keys_of(user).update(revoked=timezone.now())


def used_today(user: User) -> int:
    """Tokens that were generated for a person since the day began, in UTC."""
    return _used(user, f"{timezone.now():%Y-%m-%d}", "tokens")


def admit(key: str) -> ApiKey:
    """The key, its request counted. Raises `KeyRefused`, `TooManyRequests` and `QuotaUsedUp`."""
    found = ApiKey.objects.select_related("user").filter(digest=_digest(key), revoked=None, user__is_active=True).first()
    if found is None:
        raise KeyRefused
    now = timezone.now()
    day, minute = f"{now:%Y-%m-%d}", f"{now:%Y-%m-%dT%H:%M}"
    if _used(found.user, day, "tokens") >= settings.API_TOKENS_A_DAY:
        raise QuotaUsedUp((timedelta(days=1) - (now - now.replace(hour=0, minute=0, second=0))).total_seconds())
    with transaction.atomic():
        User.objects.select_for_update().get(pk=found.user_id)  # two requests at once must not both pass below the limit
        if _used(found.user, minute, "requests") >= settings.API_REQUESTS_A_MINUTE:
            raise TooManyRequests(60 - now.second)
        ApiUse.objects.filter(pk=_use(found, minute).pk).update(requests=F("requests") + 1)
    ApiKey.objects.filter(pk=found.pk).update(used=now)
    ApiUse.objects.filter(key=found, created__lt=now - timedelta(days=2)).delete()
    return found


def count_tokens(key: ApiKey, tokens: int) -> None:
    """Add to what the key has used today."""
    today = _use(key, f"{timezone.now():%Y-%m-%d}")
    ApiUse.objects.filter(pk=today.pk).update(tokens=F("tokens") + tokens)


def _used(user: User, period: str, what: Literal["requests", "tokens"]) -> int:
    """By all keys of the person, revoked ones too: a new key is no new quota."""
    return ApiUse.objects.filter(key__user=user, period=period).aggregate(sum=Sum(what))["sum"] or 0


def _use(key: ApiKey, period: str) -> ApiUse:
    return ApiUse.objects.get_or_create(key=key, period=period)[0]


def _digest(key: str) -> str:
    """Keys have 256 random bits: a plain hash cannot be guessed back, and can be looked up."""
    return hashlib.sha256(key.encode()).hexdigest()
