"""How tests leave the database as they found it."""

from django.db import connections
from django.test import TransactionTestCase


def truncate_all_tables() -> None:
    """Empty every table as the owner of the tables, which alone may."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables "
            "WHERE schemaname = 'public' AND tablename <> 'django_migrations'"
        )
        (tables,) = cursor.fetchone()
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


def use_as_test_database() -> None:
    """Let tests that commit clean up as the owner: the app's role may not truncate."""

    def _fixture_teardown(self: TransactionTestCase) -> None:
        truncate_all_tables()

    TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[attr-defined]
