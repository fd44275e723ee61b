"""What is found out about given services before anything is started."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from celery import Celery
from psycopg import sql

from demo.environment import DatabaseLogins, Kept, StripeAccess
from demo.examination import (
    drop_database,
    examine_broker,
    examine_database,
    examine_stripe,
    redis_place,
)
from demo.given import GivenDatabase, Unsuitable
from demo.ports import any_free_port
from demo.services import EmbeddedPostgres, EmbeddedValkey, PostgresServer
from tests.unit.demo.stand_in import RealStripe, real_stripe
from tests.unit.demo.support import run_python, wait_for

ROLES = ("headroom_owner", "headroom_app", "headroom_pipeline")
WORKER = """
import sys
from celery import Celery
Celery("other", broker=sys.argv[1]).worker_main(
    ["worker", "--pool", "solo", "--without-gossip", "--without-mingle"]
)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("pg"), disposable=True) as server:
        yield server


@pytest.fixture
def admin(server: PostgresServer) -> Iterator[psycopg.Connection]:
    """The administrator; what a test makes is removed."""
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        yield connection
        for name in ("seats", "other"):
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
        for role in (*ROLES, "creator"):
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


@pytest.fixture
def given(server: PostgresServer) -> GivenDatabase:
    return GivenDatabase(server.superuser_url.removesuffix("postgres") + "seats")


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def prepared(admin: psycopg.Connection, given: GivenDatabase, kept: Kept) -> DatabaseLogins:
    """Roles and database as `prepare_database` makes them."""
    passwords = (kept.owner_password, kept.app_password, kept.pipeline_password)
    for role, password in zip(ROLES, passwords, strict=True):
        admin.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(password)
            )
        )
    admin.execute("CREATE DATABASE seats OWNER headroom_owner")
    return given.logins(kept)


def fill(logins: DatabaseLogins) -> None:
    with psycopg.connect(logins.owner) as connection:
        connection.execute("CREATE TABLE something (n int)")


@pytest.mark.usefixtures("admin")
class TestDatabase:
    def test_one_that_does_not_exist_yet_is_to_be_made(
        self, given: GivenDatabase, kept: Kept
    ) -> None:
        assert examine_database(given, kept, is_ours=False)

    def test_an_empty_one_of_the_right_owner_is_taken(
        self, given: GivenDatabase, kept: Kept, prepared: DatabaseLogins
    ) -> None:
        assert not examine_database(given, kept, is_ours=False)

    def test_one_of_somebody_else_is_refused(
        self, admin: psycopg.Connection, given: GivenDatabase, kept: Kept
    ) -> None:
        admin.execute("CREATE DATABASE seats")
        with pytest.raises(Unsuitable, match="belongs to postgres, not to headroom_owner"):
            examine_database(given, kept, is_ours=False)

    def test_one_with_tables_is_refused_unless_they_are_ours(
        self, given: GivenDatabase, kept: Kept, prepared: DatabaseLogins
    ) -> None:
        fill(prepared)
        with pytest.raises(Unsuitable, match="holds tables already"):
            examine_database(given, kept, is_ours=False)
        assert not examine_database(given, kept, is_ours=True)

    def test_roles_with_somebody_elses_passwords_are_never_changed(
        self, given: GivenDatabase, prepared: DatabaseLogins
    ) -> None:
        with pytest.raises(Unsuitable, match="would lock out whoever uses it"):
            examine_database(given, Kept(), is_ours=False)
        psycopg.connect(prepared.app).close()

    def test_the_login_must_be_allowed_to_create(
        self, admin: psycopg.Connection, server: PostgresServer, kept: Kept
    ) -> None:
        admin.execute("CREATE ROLE creator LOGIN PASSWORD 'c'")
        given = GivenDatabase(f"postgresql://creator:c@{server.host}:{server.port}/seats")
        with pytest.raises(Unsuitable, match="may not create roles and databases"):
            examine_database(given, kept, is_ours=False)
        admin.execute("ALTER ROLE creator CREATEROLE CREATEDB")
        assert examine_database(given, kept, is_ours=False)

    def test_a_refused_login_is_told_by_its_variable_without_the_password(
        self, server: PostgresServer, kept: Kept
    ) -> None:
        given = GivenDatabase(f"postgresql://postgres:s3cret@{server.host}:{server.port}/seats")
        with pytest.raises(Unsuitable, match=r"DATABASE_URL: 127\.0\.0\.1:") as refusal:
            examine_database(given, kept, is_ours=False)
        assert "s3cret" not in str(refusal.value)

    def test_three_logins_must_all_work(self, kept: Kept, prepared: DatabaseLogins) -> None:
        three = GivenDatabase(prepared.app, prepared.owner, prepared.pipeline)
        assert not examine_database(three, kept, is_ours=False)
        wrong = replace(three, pipeline_url=three.pipeline_url.replace("headroom_pipeline:", "x:"))
        with pytest.raises(Unsuitable, match="DATABASE_PIPELINE_URL"):
            examine_database(wrong, kept, is_ours=False)

    def test_three_logins_with_an_administrator_may_come_before_their_database(
        self, server: PostgresServer, given: GivenDatabase, kept: Kept
    ) -> None:
        logins = given.logins(kept)
        three = GivenDatabase(logins.app, logins.owner, logins.pipeline, server.superuser_url)
        assert examine_database(three, kept, is_ours=False)

    def test_the_login_that_made_it_may_drop_it(
        self, admin: psycopg.Connection, server: PostgresServer, kept: Kept
    ) -> None:
        admin.execute("CREATE ROLE creator LOGIN PASSWORD 'c' CREATEROLE CREATEDB")
        url = f"postgresql://creator:c@{server.host}:{server.port}"
        with psycopg.connect(f"{url}/postgres", autocommit=True) as creator:
            creator.execute("CREATE ROLE headroom_owner LOGIN")
            creator.execute("GRANT headroom_owner TO CURRENT_USER")
            creator.execute("CREATE DATABASE seats OWNER headroom_owner")
        drop_database(GivenDatabase(f"{url}/seats").logins(kept))
        named = admin.execute("SELECT FROM pg_database WHERE datname = 'seats'")
        assert named.rowcount == 0

    def test_dropping_removes_this_database_alone(
        self, admin: psycopg.Connection, prepared: DatabaseLogins
    ) -> None:
        admin.execute("CREATE DATABASE other")
        drop_database(prepared)
        names = {row[0] for row in admin.execute("SELECT datname FROM pg_database").fetchall()}
        assert "other" in names
        assert "seats" not in names


class TestBroker:
    @pytest.fixture(scope="class")
    @staticmethod
    def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
        with EmbeddedValkey(tmp_path_factory.mktemp("valkey"), disposable=True) as server:
            yield server.redis_url

    def test_one_without_a_worker_is_taken(self, redis_url: str) -> None:
        examine_broker(redis_url)

    def test_one_whose_tasks_somebody_takes_is_refused(self, redis_url: str) -> None:
        other = redis_url[:-1] + "5"
        worker = run_python(WORKER, other)
        try:
            with Celery(broker=other, set_as_current=False) as celery:
                wait_for(lambda: bool(celery.control.ping(timeout=0.5, limit=1)), "the worker")
            with pytest.raises(Unsuitable, match="A worker takes its tasks"):
                examine_broker(other)
        finally:
            worker.kill()
            worker.communicate()

    def test_a_wrong_password_is_told_without_it(self, redis_url: str) -> None:
        place = redis_place(redis_url)
        with pytest.raises(Unsuitable, match=f"REDIS_URL: {place} does not let us in") as refusal:
            examine_broker(f"redis://:s3cret@{place}")
        assert "s3cret" not in str(refusal.value)


class TestStripe:
    @pytest.fixture(scope="class")
    @staticmethod
    def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStripe]:
        with real_stripe(tmp_path_factory.mktemp("stripe")) as sandbox:
            yield sandbox

    def test_an_accepted_key_is_taken(self, sandbox: RealStripe) -> None:
        examine_stripe(StripeAccess("sk_test_1", sandbox.url))

    def test_a_refused_key_is_told(self, sandbox: RealStripe) -> None:
        with pytest.raises(Unsuitable, match="does not accept STRIPE_SECRET_KEY"):
            examine_stripe(StripeAccess("sk_wrong", sandbox.url))

    def test_nobody_there_is_told(self) -> None:
        with pytest.raises(Unsuitable, match="does not answer"):
            examine_stripe(StripeAccess("sk_test_1", f"http://127.0.0.1:{any_free_port()}"))
