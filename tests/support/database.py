"""How tests leave the database as they found it."""

import os
from typing import LiteralString, cast

import psycopg
from django.test import TransactionTestCase


def truncate_all_tables() -> None:
    """Empty every table as the owner of the tables, which alone may."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        row = connection.execute(
            "SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') "
            "|| ' RESTART IDENTITY CASCADE' FROM pg_tables "
            "WHERE schemaname = 'public' AND tablename <> 'django_migrations'"
        ).fetchone()
        assert row is not None
        connection.execute(cast(LiteralString, row[0]))


def use_as_test_database() -> None:
    """Let tests that commit clean up as the owner: the app's role may not truncate."""

    def _fixture_teardown(self: TransactionTestCase) -> None:
        truncate_all_tables()

    TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[attr-defined]
