"""Where a measurement takes place: services of its own, a prepared database, servers to ask.

Everything runs on this machine against an embedded PostgreSQL that keeps its promises (fsync on).
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from demo.ports import any_free_port
from demo.services import EmbeddedPostgres, EmbeddedValkey
from tests.load.report import ROOT

PEOPLE = 500


def prepare(directory: Path, stack: ExitStack, *, is_kept: bool = False) -> None:
    """Start the services, make the database, and let Django read the settings.

    With `is_kept` the database stays in `directory` for the next run.
    """
    postgres = EmbeddedPostgres(directory / "postgres")
    server = stack.enter_context(postgres)
    if not is_kept:
        stack.callback(postgres.remove)
    broker = stack.enter_context(EmbeddedValkey(directory / "valkey", disposable=True))
    address = f"{server.host}:{server.port}/headroom_bench"
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": f"postgres://headroom_app:app@{address}",
        "DATABASE_OWNER_URL": f"postgres://headroom_owner:owner@{address}",
        "DATABASE_PIPELINE_URL": f"postgres://headroom_pipeline:pipeline@{address}",
        "REDIS_URL": broker.redis_url,
        "LOG_LEVEL": "ERROR",
        "BENCH_SUPERUSER_URL": server.superuser_url,
    }
    import django
    from django.core.management import call_command

    from demo.quick_migrations import models_rendered_alone

    django.setup()
    with models_rendered_alone():
        call_command("prepare_database", admin_url=server.superuser_url, verbosity=0)


def superuser_url(database_url: str) -> str:
    """Return the superuser's address of the database of `database_url`."""
    name = database_url.rpartition("/")[2]
    return f"{os.environ['BENCH_SUPERUSER_URL'].rpartition('/')[0]}/{name}"


_processes: dict[int, int] = {}


def process_at(port: int) -> int:
    """Return the number of the process that serves on `port`."""
    return _processes[port]


@contextmanager
def served(application: str) -> Iterator[int]:
    """Serve an ASGI application with uvicorn, one process, on a free port."""
    port = any_free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "uvicorn", application, "--port", str(port)),
            *("--no-access-log", "--log-level", "warning"),
        ],
        cwd=ROOT,
    )
    _processes[port] = process.pid
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        del _processes[port]
        process.terminate()
        process.wait(timeout=15)


def make_customer(name: str = "bench", people: int = PEOPLE) -> Any:
    """Return a new organization whose `people` (u-0, u-1, ...) all hold a seat."""
    from accounts.services.history import SYSTEM
    from accounts.tenancy import organization_context
    from seats.models import SeatPool
    from seats.services.seats import assign_seat
    from tests.support.people import make_membership, make_organization

    organization = make_organization(name)
    with organization_context(organization.pk):
        SeatPool.objects.create(organization_id=organization.pk, purchased_seats=people)
    for number in range(people):
        assign_seat(
            organization_id=organization.pk,
            membership_id=make_membership(organization, external_id=f"u-{number}").pk,
            actor=SYSTEM,
            now=datetime.now(UTC),
        )
    return organization


def analyze() -> None:
    """Tell the planner of what was just written, as autovacuum would within a minute."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute("ANALYZE")
