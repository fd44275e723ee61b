"""Dashboards read from a real streaming replica, and from the primary when it has to be."""

from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import replica, tenancy
from accounts.models import Department, Organization
from demo.ports import LOOPBACK
from tests.services import admin_url
from tests.support.people import make_admin, make_membership, make_organization
from tests.support.standby import EmbeddedStandby
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(
    transaction=True, databases=["default", "owner", "pipeline", replica.REPLICA]
)


@pytest.fixture(scope="module")
def standby(
    django_db_setup: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[EmbeddedStandby]:
    """A replica of this run's database, which the alias `replica` reads from."""
    service = EmbeddedStandby(tmp_path_factory.mktemp("standby") / "postgres", admin_url)
    server = service.start()
    default = connections.settings["default"]
    connections.settings[replica.REPLICA] = {
        **default,
        "PORT": server.port,
        "OPTIONS": {"connect_timeout": 2, "pool": {"min_size": 0, "max_size": 4, "timeout": 2}},
    }
    yield service
    connections[replica.REPLICA].close()
    connections[replica.REPLICA].close_pool()  # type: ignore[attr-defined]
    del connections[replica.REPLICA], connections.settings[replica.REPLICA]
    service.stop()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the watch over the replica takes for the time."""
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(replica, "watch", replica.Watch(lambda: now.seconds))
    return now


@pytest.fixture
def follower(transactional_db: None, standby: EmbeddedStandby) -> str:
    """The address of the replica's superuser."""
    port = int((standby.directory / "port").read_text())
    admin = urlsplit(admin_url)
    return admin._replace(netloc=f"postgres:{admin.password}@{LOOPBACK}:{port}").geturl()


@pytest.fixture
def acme(follower: str) -> Organization:
    return make_organization("acme")


@pytest.fixture
def ada(acme: Organization) -> Client:
    client = Client()
    client.force_login(make_admin("ada", acme))
    return client


def statement(url: str, sql: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(sql).fetchone()
        return row and row[0]


def catch_up(follower: str) -> None:
    position = statement(admin_url, "SELECT pg_current_wal_insert_lsn()")
    # With synchronous_commit off, as here, the log is written a moment after the commit.
    wait_until(
        lambda: statement(follower, f"SELECT pg_last_wal_replay_lsn() >= '{position}'"),
        "the replica to follow",
    )


def read(client: Client, address: str) -> tuple[str, int, list[str]]:
    """Return the page, how many statements the replica had, and those that the primary had."""
    with (
        CaptureQueriesContext(connections[replica.REPLICA]) as of_replica,
        CaptureQueriesContext(connections["default"]) as of_primary,
    ):
        page = client.get(address)
    assert page.status_code == 200
    return (
        page.content.decode(),
        len(of_replica.captured_queries),
        [query["sql"] for query in of_primary.captured_queries],
    )


class TestADashboard:
    def test_is_read_from_the_replica_alone(
        self, acme: Organization, ada: Client, follower: str, clock: SimpleNamespace
    ) -> None:
        ben = make_membership(acme, external_id="ben", name="Ben Sample")
        catch_up(follower)
        addresses = [
            reverse(name, args=["acme"]) for name in ("overview", "people", "usage", "features")
        ]
        for address in [*addresses, reverse("person", args=["acme", ben.pk])]:
            _, on_replica, on_primary = read(ada, address)
            assert on_replica > 3, address
            assert [sql for sql in on_primary if "seats_" in sql] == [], address

    def test_shows_nothing_of_another_tenant(self, acme: Organization, follower: str) -> None:
        other = make_organization("other")
        for organization in (acme, other):
            with tenancy.organization_context(organization.pk):
                Department.objects.create(organization=organization, name=organization.name)
        catch_up(follower)
        with replica.reads_from(replica.REPLICA):
            assert not Department.objects.exists()
            with tenancy.organization_context(acme.pk):
                department = Department.objects.get()
            assert not Department.objects.exists()
        assert (department.name, department._state.db) == ("Acme", replica.REPLICA)
        # What was read there is written to the primary.
        with tenancy.organization_context(acme.pk):
            department.name = "Marketing"
            department.save()
            assert department.organization == acme
            assert Department.objects.get().name == "Marketing"

    def test_is_read_from_the_primary_by_who_has_just_changed_something(
        self, acme: Organization, ada: Client, follower: str, clock: SimpleNamespace
    ) -> None:
        ben = make_membership(acme, external_id="ben", name="Ben Sample")
        reader = Client()
        reader.cookies = type(ada.cookies)(ada.cookies.output(header=""))
        catch_up(follower)
        assert replica.watch.is_usable()
        people = reverse("people", args=["acme"])
        statement(follower, "SELECT pg_wal_replay_pause()")
        try:
            changed = ada.post(
                reverse("person_change", args=["acme", ben.pk]),
                {"name": "Benedikt Sample", "role": "member"},
            )
            assert changed.status_code < 400
            assert 0 < changed.cookies[replica.COOKIE]["max-age"] <= 10
            page, on_replica, _ = read(ada, people)
            assert ("Benedikt Sample" in page, on_replica) == (True, 0)
            page, on_replica, _ = read(reader, people)
            assert ("Benedikt Sample" in page, on_replica > 0) == (False, True)
            # 5 seconds are the most: a second later nobody reads there.
            clock.seconds += 6
            page, on_replica, _ = read(reader, people)
            assert ("Benedikt Sample" in page, on_replica) == (True, 1)
        finally:
            statement(follower, "SELECT pg_wal_replay_resume()")
        catch_up(follower)
        clock.seconds += 1
        page, on_replica, _ = read(reader, people)
        assert ("Benedikt Sample" in page, on_replica > 1) == (True, True)

    def test_is_read_from_the_primary_while_the_replica_is_down(
        self,
        acme: Organization,
        ada: Client,
        follower: str,
        standby: EmbeddedStandby,
        clock: SimpleNamespace,
    ) -> None:
        catch_up(follower)
        people = reverse("people", args=["acme"])
        assert read(ada, people)[1] > 0
        standby.child.kill()
        # The page is begun on the replica, and is answered all the same; so is the next one, and
        # the first that asks again.
        for pause in (0.0, 0.0, replica.REST):
            clock.seconds += pause
            page = ada.get(people)
            assert (page.status_code, "ada@example.com" in page.content.decode()) == (200, True)
            assert not replica.watch.is_usable()
        standby.start()
        catch_up(follower)

        def is_usable_again() -> bool:
            # The pool of connections tries again by itself, a little later each time.
            clock.seconds += replica.REST
            return replica.watch.is_usable()

        wait_until(is_usable_again, "the replica to be read again")
        assert read(ada, people)[1] > 0
