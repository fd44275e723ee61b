"""The schema of the tests and of the demo is the one that a deployment migrates to.

Not part of the suite, because migrating as Django does takes longer than many of its tests:
`make fire` runs it. `demo/quick_migrations.py` says what differs on the way.
"""

import os
from unittest.mock import patch
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections

from tests.services import admin_url

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

_DESCRIPTIONS = (
    (
        "SELECT table_name, column_name, ordinal_position, data_type, is_nullable, column_default,"
        " character_maximum_length FROM information_schema.columns WHERE table_schema = 'public'"
    ),
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint",
    "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT tablename, policyname, cmd, qual, with_check, roles::text FROM pg_policies",
    "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    (
        "SELECT relname, relrowsecurity, relforcerowsecurity, relacl::text FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace"
    ),
)


def schema(database: str) -> list[str]:
    """Describe everything that migrations make, in an order of its own."""
    with psycopg.connect(admin_url, dbname=database) as connection:
        return [
            line
            for description in _DESCRIPTIONS
            for line in sorted(str(row) for row in connection.execute(description).fetchall())
        ]


def test_is_what_a_deployment_migrates_to() -> None:
    quick = urlsplit(os.environ["DATABASE_OWNER_URL"]).path.removeprefix("/")
    for alias in ("owner", "default", "pipeline"):
        connections[alias].close()
    with (
        patch.dict(connections["owner"].settings_dict, NAME="headroom_deployed"),
        patch.dict(connections["default"].settings_dict, NAME="headroom_deployed"),
        patch.dict(connections["pipeline"].settings_dict, NAME="headroom_deployed"),
    ):
        call_command("prepare_database", admin_url=admin_url, verbosity=0)
        connections["owner"].close()
    assert len(schema(quick)) > 3000
    assert schema("headroom_deployed") == schema(quick)
