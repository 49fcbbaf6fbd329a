"""What is looked at before a database is migrated."""

from collections.abc import Sequence

from django.core.checks import Error, Tags, register
from django.db import connections


@register(Tags.database)
def check_encoding(*, databases: Sequence[str] | None, **_kwargs: object) -> list[Error]:
    """One in SQL_ASCII, which Postgres makes on a machine without a locale, counts bytes: a Chinese title is too long, and is not found."""
    return [error for alias in databases or [] for error in _encoding_errors(alias)]


def _encoding_errors(alias: str) -> list[Error]:
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        (encoding,) = cursor.fetchone()
    made = "createdb --encoding=UTF8 --template=template0"
    return [] if encoding == "UTF8" else [Error(f"The database's encoding is {encoding}. Make one in UTF8: {made}.", id="accounts.E001")]
