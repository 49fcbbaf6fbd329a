"""What is looked at before a database is migrated."""

from collections.abc import Sequence

from django.core.checks import Error, Tags, register
from django.db import connections
from django.db.migrations.loader import MigrationLoader


@register(Tags.database)
def check_encoding(*, databases: Sequence[str] | None, **_kwargs: object) -> list[Error]:
    """One in SQL_ASCII, which Postgres makes on a machine without a locale, counts bytes: a Chinese title is too long, and is not found."""
    return [error for alias in databases or [] for error in _encoding_errors(alias)]


@register(Tags.database)
def check_version(*, databases: Sequence[str] | None, **_kwargs: object) -> list[Error]:
    """A program that is older than its database knows nothing of columns that have to be filled: each question would be an accident."""
    return [error for alias in databases or [] for error in _version_errors(alias)]


def _version_errors(alias: str) -> list[Error]:
    loader = MigrationLoader(connections[alias])
    unknown = sorted(
        ".".join(key) for key in loader.applied_migrations if key[0] in loader.migrated_apps and key not in loader.disk_migrations
    )
    message = f"The database is of a newer version ({', '.join(unknown)}). Serve it with that, or go back with the backup."
    return [Error(message, id="accounts.E002")] if unknown else []


def _encoding_errors(alias: str) -> list[Error]:
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        (encoding,) = cursor.fetchone()
    made = "createdb --encoding=UTF8 --template=template0"
    return [] if encoding == "UTF8" else [Error(f"The database's encoding is {encoding}. Make one in UTF8: {made}.", id="accounts.E001")]
