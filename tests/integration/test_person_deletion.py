"""A deleted person is in no table any more, but for what is documented; the history still holds."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import connections, models
from django.test import override_settings
from django.utils import timezone

from accounts import erasure
from accounts.domain.roles import OrganizationRole
from accounts.models import HistoryEntry, Membership, PersonDeletion
from accounts.services.history import Actor
from accounts.services.sealing import seal_history, verify_history
from accounts.tenancy import organization_context
from billing.gateways.stripe import connection
from identity.models import KnownBrowser
from signals.services.person_deletion import WAITS_FOR, delete_due_people, plan_deletion
from stripe_sandbox.validation import ValidatingHTTPClient
from tests import services
from tests.support.acme import Acme, make_acme
from tests.support.stripe import Sandbox, sandbox_process

__all__ = ["sandbox_process"]

NAME, EMAIL, ID = "Zyxa Quorlinde", "zyxa@quorl.example", "zyx-998877"
SENTENCE = f"{NAME} ({ID}) wrote from {EMAIL}, see /people/?q=Zyxa+Quorlinde"

# What the person is known by: filled with their own words, not with a sentence.
HERS = {
    *(f"accounts.Membership.{name}" for name in ("name", "email", "external_id", "title")),
    *("accounts.MembershipWord.word", "accounts.MembershipWord.name"),
    "accounts.HistoryEntry.object_label",
}


def superuser() -> psycopg.Connection[Any]:
    """See and write every row, past row security, triggers and checks of references."""
    name = connections["default"].settings_dict["NAME"]
    return psycopg.connect(services.admin_url, dbname=name, autocommit=True)


def columns() -> Iterator[tuple[type[models.Model], "models.Field[Any, Any]"]]:
    """Every column of every organization's tables in which words of people may stand."""
    for model in apps.get_models():
        names = {column.name for column in model._meta.concrete_fields}
        for column in model._meta.concrete_fields:
            is_hers = f"{model._meta.label}.{column.name}" in HERS
            if "organization" in names and erasure._may_hold_words(column) and not is_hers:
                yield model, column


def write_into_every_column(database: psycopg.Connection[Any], organization_id: int) -> set[str]:
    """Put the person's words into one row of each table, column by column; return which."""
    written = set()
    database.execute("SET session_replication_role = replica")
    for model, column in columns():
        table, name = model._meta.db_table, column.column
        if isinstance(column, models.JSONField):
            value: Any = f"jsonb_build_array({name}, %(words)s::text)"
            words = SENTENCE
        else:
            value, room = "%(words)s", column.max_length or 1000
            words = next((w for w in (SENTENCE, NAME, ID) if len(w) <= room), "")
        statement = (
            f"UPDATE {table} SET {name} = {value} WHERE ctid = (SELECT max(ctid) "  # noqa: S608
            f"FROM {table} WHERE organization_id = %(organization_id)s)"
        )
        try:
            changed = database.execute(
                statement, {"words": words, "organization_id": organization_id}
            )
        except (psycopg.errors.CheckViolation, psycopg.errors.InvalidTextRepresentation):
            continue  # one of a few words, or no words at all
        if changed.rowcount:
            written.add(f"{model._meta.label}.{column.name}")
    return written


def where_they_stand(database: psycopg.Connection[Any]) -> set[str]:
    """Return every column of the database that holds one of the person's words."""
    labels = {model._meta.db_table: model._meta.label for model in apps.get_models()}
    found = set()
    tables = database.execute(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE relkind = 'r' "
        "AND relnamespace = 'public'::regnamespace"
    ).fetchall()
    for (table,) in tables:
        rows = database.execute(
            f"SELECT to_jsonb(t) FROM {table} t WHERE t::text ~* 'zyx|quorl'"  # noqa: S608
        ).fetchall()
        for (row,) in rows:
            held = [name for name, value in row.items() if is_told(value)]
            found |= {f"{labels.get(table, table)}.{name}" for name in held or ["?"]}
    return found


def is_told(value: object) -> bool:
    return any(word in str(value).lower() for word in ("zyx", "quorl"))


pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def make_zyxa(acme: Acme) -> Membership:
    """Ada bought the seats and signed; from now on she is called as nobody else is."""
    user = acme.customers[OrganizationRole.ADMIN]
    user.name, user.email = NAME, EMAIL
    user.save()
    EmailAddress.objects.filter(user=user).update(email=EMAIL)
    KnownBrowser.objects.create(user=user, token_hash="zyx" + "0" * 61)
    UserSession.objects.create(
        user=user, ip="192.0.2.7", session_key="zyx", user_agent="Zyxfox", data={}
    )
    with organization_context(acme.organization.pk):
        person = Membership.objects.get(user=user)
        person.name, person.email, person.external_id, person.title = NAME, EMAIL, ID, "Zyxist"
        person.save()
    return person


class TestAPersonWhoIsDeleted:
    def test_is_in_no_table_but_where_it_is_documented_and_the_history_holds(
        self, sandbox_process: Sandbox
    ) -> None:
        connection.client.cache_clear()
        with (
            override_settings(STRIPE_API_BASE=sandbox_process.url),
            patch.object(connection, "http_client", ValidatingHTTPClient),
        ):
            acme = make_acme(sandbox_process)
        connection.client.cache_clear()
        person, now = make_zyxa(acme), timezone.now()
        organization_id = acme.organization.pk
        user = person.user
        assert user is not None
        with superuser() as database:
            written = write_into_every_column(database, organization_id)
            database.execute(
                "UPDATE accounts_historyentry SET object_label = %s, origin = %s "
                "WHERE object_type = 'membership' AND object_id = %s",
                [NAME, '{"device": "Zyxfox"}', str(person.pk)],
            )
        assert len(written) > 120
        seal_history(now=now)
        plan_deletion(
            organization_id=organization_id,
            membership_id=person.pk,
            actor=Actor.of(acme.customers[OrganizationRole.OWNER]),
            now=now,
        )
        assert delete_due_people(now=now + WAITS_FOR - timedelta(seconds=1)) == 0
        assert delete_due_people(now=now + WAITS_FOR) == 1
        with superuser() as database:
            left = where_they_stand(database)
        documented = erasure.kept()
        assert sorted(n for n in left if not {n, n.rsplit(".", 1)[0]} & documented.keys()) == []
        seal_history(now=now + WAITS_FOR)
        verdict = verify_history(organization_id=organization_id)
        assert verdict.problems == ()
        assert 0 < verdict.erased < verdict.entries
        with organization_context(organization_id):
            entry = HistoryEntry.objects.get(verb="person_deleted")
            assert entry.object_label == f"former-{person.pk}"
            assert entry.actor_label == str(acme.customers[OrganizationRole.OWNER])
            person.refresh_from_db()
            assert person.state == Membership.State.DEACTIVATED
            deletion = PersonDeletion.objects.get(membership=person)
            assert (deletion.state, deletion.known_as) == (PersonDeletion.State.DONE, {})
        user.refresh_from_db()
        assert not user.is_active
        assert user.name == f"former-{person.pk}"
        assert delete_due_people(now=now + 2 * WAITS_FOR) == 0
