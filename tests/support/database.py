"""How tests leave the database as they found it."""

import os
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.test import TransactionTestCase

from tests.services import admin_url

# A test fills a third of the tables, and to truncate one is to make its files and those of its
# indexes anew. So the rows are deleted where there are any, by the superuser, for whom neither row
# security nor append-only triggers stand in the way; identities start at 1 again.
_EMPTY = """
DO $$
DECLARE
    name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN
        SELECT oid::regclass FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND relname <> 'django_migrations' AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE 'DELETE FROM ' || name;
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
    AND sequencename <> 'django_migrations_id_seq';
END $$
"""


_kept: psycopg.Connection[Any] | None = None


def empty_all_tables() -> None:
    """Empty every table as the superuser.

    The connection is kept from test to test: a new one would read the catalog of all tables anew,
    which costs three times what emptying them does.
    """
    global _kept
    if _kept is not None:
        try:
            _kept.execute(_EMPTY)
        except psycopg.OperationalError:
            # A test ended the server, or its connections.
            _kept.close()
            _kept = None
        else:
            return
    name = urlsplit(os.environ["DATABASE_OWNER_URL"]).path.removeprefix("/")
    _kept = psycopg.connect(admin_url, dbname=name, autocommit=True)
    _kept.execute(_EMPTY)


def use_as_test_database() -> None:
    """Let tests that commit clean up as the superuser: the app's role may not."""

    def _fixture_teardown(self: TransactionTestCase) -> None:
        empty_all_tables()

    TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[attr-defined]
