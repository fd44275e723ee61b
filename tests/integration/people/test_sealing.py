"""The sealed history: altered, deleted and inserted rows are named, by whoever may write them."""

import os
from datetime import timedelta
from io import StringIO
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import HistoryEntry, HistorySeal, Organization
from accounts.services.history import SYSTEM, Actor, record
from accounts.services.sealing import check_histories, seal_history, verify_history
from accounts.tenancy import organization_context
from tests.services import admin_url
from tests.support.people import make_admin, make_organization

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def acme() -> Organization:
    acme = make_organization()
    for number in range(3):
        write(acme, f"Note {number}")
    return acme


def write(acme: Organization, note: str) -> None:
    with organization_context(acme.pk):
        record(
            actor=SYSTEM,
            verb="organization_changed",
            subject=acme,
            organization_id=acme.pk,
            now=timezone.now(),
            changes={"note": note},
        )


def as_a_superuser(statement: str, *values: object) -> None:
    """Run a statement as somebody whom neither triggers nor row security hold."""
    name = urlsplit(os.environ["DATABASE_OWNER_URL"]).path.removeprefix("/")
    with psycopg.connect(admin_url, dbname=name, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement, values)


def notes(acme: Organization) -> list[int]:
    with organization_context(acme.pk):
        entries = HistoryEntry.objects.filter(verb="organization_changed").order_by("pk")
        return list(entries.values_list("pk", flat=True))


class TestTheChain:
    def test_holds_and_names_what_was_altered_deleted_or_put_in(self, acme: Organization) -> None:
        now = timezone.now()
        ids = notes(acme)
        # The organization's own creation, and three notes.
        assert seal_history(now=now) == 4
        assert seal_history(now=now) == 0
        write(acme, "late")
        assert seal_history(now=now) == 1
        whole = verify_history(organization_id=acme.pk)
        assert (whole.entries, whole.problems) == (5, ())

        as_a_superuser(
            "UPDATE accounts_historyentry SET actor_label = 'Nobody' WHERE id = %s", ids[0]
        )
        as_a_superuser("DELETE FROM accounts_historyentry WHERE id = %s", ids[1])
        as_a_superuser(
            "INSERT INTO accounts_historyentry (organization_id, at, actor_label, verb, "
            "object_type, object_id, object_label, changes) "
            "VALUES (%s, %s, 'Nobody', 'seat_assigned', 'x', '1', '', '{}')",
            acme.pk,
            now - timedelta(days=1),
        )
        broken = verify_history(organization_id=acme.pk)
        assert broken.problems[:2] == (f"entry {ids[0]}: altered", f"entry {ids[1]}: deleted")
        assert broken.problems[2].endswith("put in afterwards")
        assert len(broken.problems) == 3
        with pytest.raises(CommandError, match=f"entry {ids[1]}: deleted"):
            call_command("verify_history", stdout=StringIO())

    def test_misses_a_link_that_was_taken_out(self, acme: Organization) -> None:
        seal_history(now=timezone.now())
        as_a_superuser(
            "DELETE FROM accounts_historyseal WHERE organization_id = %s AND position = 2", acme.pk
        )
        problems = verify_history(organization_id=acme.pk).problems
        assert problems[0] == "seal 2: missing"
        assert problems[1].endswith("altered")

    def test_is_the_pipeline_s_alone_to_write(self, acme: Organization) -> None:
        seal_history(now=timezone.now())
        with organization_context(acme.pk):
            assert HistorySeal.objects.count() == 4
            with pytest.raises(Exception, match="permission denied"):
                HistorySeal.objects.update(digest="")


class TestThePage:
    def test_says_up_to_when_it_is_complete_and_where_a_change_came_from(
        self, acme: Organization
    ) -> None:
        ada, client = make_admin("ada", acme), Client(headers={"User-Agent": "curl/8.5"})
        client.force_login(ada)
        page = client.get("/o/acme/settings/history/").content.decode()
        assert "not been checked yet" in page
        form = {"name": "Acme & Co", "time_zone": "UTC", "language": "en"}
        assert client.post("/o/acme/settings/", form).status_code == 302
        now = timezone.now()
        seal_history(now=now)
        assert check_histories(now=now) == []
        page = client.get("/o/acme/settings/history/").content.decode()
        assert "complete and unchanged" in page
        assert "127.0.0.0/24" in page
        export = client.get("/o/acme/settings/history.csv?q=ada").content.decode()
        assert "127.0.0.0/24" in export
        assert "curl" in export
        found = client.get(f"/o/acme/settings/history/?since={now + timedelta(days=3):%Y-%m-%d}")
        assert "Nothing fits the search" in found.content.decode()
        assert (
            "Acme &amp; Co"
            in client.get(
                "/o/acme/settings/history/?verb=organization_changed&q=ada"
            ).content.decode()
        )
        assert Actor.of(ada).user_id == ada.pk
