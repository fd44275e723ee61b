"""Looks whether the services that the caller gives can be used, before anything is started.

Nothing here changes them, except `drop_database` for one that a demo has made itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

import psycopg
import redis
from celery import Celery
from psycopg import sql

from demo.client import request
from demo.environment import APP_ROLE, OWNER_ROLE, PIPELINE_ROLE, DatabaseLogins, Kept, StripeAccess
from demo.given import GivenDatabase, Unsuitable

type Connection = psycopg.Connection[tuple[object, ...]]

PATIENCE = 10
USER_TABLES = """
    SELECT FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') LIMIT 1
"""
OWNER_OF_DATABASE = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s"
MAY_CREATE = """
    SELECT FROM pg_roles
    WHERE rolname = current_user AND (rolsuper OR (rolcreaterole AND rolcreatedb))
"""


def examine_database(given: GivenDatabase, kept: Kept, *, is_ours: bool) -> bool:
    """Whether the database is still to be made. Raises Unsuitable when it cannot serve the demo.

    `is_ours` tells that an earlier start has filled it; otherwise it must be empty.
    """
    logins = given.logins(kept)
    if logins.admin:
        with _connected(logins.admin, "DATABASE_URL" if given.is_derived else "DATABASE_ADMIN_URL"):
            pass
    if not given.is_derived:
        if not logins.admin:
            _examine_logins(logins)
        return _is_missing(logins, is_ours=is_ours)
    with _connected(logins.admin, "DATABASE_URL") as admin:
        if not admin.execute(MAY_CREATE).rowcount:
            raise Unsuitable(
                f"The login of DATABASE_URL may not create roles and databases at {logins.host}. "
                "Give one that may, or the three logins of the product: DATABASE_URL, "
                "DATABASE_OWNER_URL and DATABASE_PIPELINE_URL."
            )
        _examine_roles(admin, logins, kept)
    return _is_missing(logins, is_ours=is_ours)


def drop_database(logins: DatabaseLogins) -> None:
    """Removes the database that an earlier start of this demo has made."""
    with _connected(logins.admin, "DATABASE_URL") as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(logins.name))
        )


def examine_broker(url: str) -> None:
    """Raises Unsuitable when nobody answers, or another worker would take our tasks."""
    place = redis_place(url)
    try:
        with redis.Redis.from_url(url, socket_timeout=PATIENCE) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise Unsuitable(f"REDIS_URL: {place} does not let us in: {error}") from error
    with Celery(broker=url, set_as_current=False) as celery:
        if celery.control.ping(timeout=0.5, limit=1):
            raise Unsuitable(
                f"A worker takes its tasks from {place} already, and would take this demo's too. "
                "Give another database number at the end of REDIS_URL."
            )


def redis_place(url: str) -> str:
    """Host, port and database number, without the password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 6379}/{parts.path.strip('/') or 0}"


def examine_stripe(access: StripeAccess) -> None:
    """Raises Unsuitable when nobody answers, or the key is not accepted."""
    try:
        answer = request(f"{access.url}/v1/customers?limit=1", key=access.secret_key)
    except OSError as error:
        raise Unsuitable(f"Stripe at {access.url} does not answer: {error}") from error
    if answer.status == HTTPStatus.UNAUTHORIZED:
        raise Unsuitable(f"Stripe at {access.url} does not accept STRIPE_SECRET_KEY.")


def _examine_logins(logins: DatabaseLogins) -> None:
    for name, url in (
        ("DATABASE_URL", logins.app),
        ("DATABASE_OWNER_URL", logins.owner),
        ("DATABASE_PIPELINE_URL", logins.pipeline),
    ):
        with _connected(url, name):
            pass


def _examine_roles(admin: Connection, logins: DatabaseLogins, kept: Kept) -> None:
    """The roles belong to the whole server: their passwords may be somebody else's."""
    passwords = {
        OWNER_ROLE: kept.owner_password,
        APP_ROLE: kept.app_password,
        PIPELINE_ROLE: kept.pipeline_password,
    }
    existing = admin.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(passwords)]
    )
    for (role,) in existing.fetchall():
        try:
            psycopg.connect(
                logins.admin,
                user=str(role),
                password=passwords[str(role)],
                connect_timeout=PATIENCE,
            ).close()
        except psycopg.OperationalError as error:
            raise Unsuitable(
                f"The role {role} exists at {logins.host} with a password that this demo does not "
                "know; changing it would lock out whoever uses it. Give the three logins "
                "themselves as DATABASE_URL, DATABASE_OWNER_URL and DATABASE_PIPELINE_URL, or drop "
                f"the roles {', '.join(passwords)} when nobody needs them."
            ) from error


def _is_missing(logins: DatabaseLogins, *, is_ours: bool) -> bool:
    if logins.admin:
        with _connected(logins.admin, "DATABASE_ADMIN_URL") as admin:
            found = admin.execute(OWNER_OF_DATABASE, [logins.name]).fetchone()
        if found is None:
            return True
        if found[0] != logins.owner_role:
            raise Unsuitable(
                f"The database at {logins.place} belongs to {found[0]}, not to "
                f"{logins.owner_role}. Name one in the address that does not exist yet: "
                "the demo makes it."
            )
    if not is_ours:
        with _connected(logins.reading, "DATABASE_URL") as connection:
            if connection.execute(USER_TABLES).rowcount:
                raise Unsuitable(
                    f"The database at {logins.place} holds tables already that are not this "
                    "demo's. Name another one in the address, or empty it first."
                )
    return False


@contextmanager
def _connected(url: str, name: str) -> Iterator[Connection]:
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=PATIENCE)
    except psycopg.Error as error:
        parts = urlsplit(url)
        raise Unsuitable(
            f"{name}: {parts.hostname}:{parts.port or 5432} does not let us in: {error}"
        ) from error
    with connection:
        yield connection
