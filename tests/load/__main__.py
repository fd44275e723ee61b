"""Measures ingest, the entitlement check, import and rollup, and writes docs/benchmarks.md.

Everything runs on this machine against an embedded PostgreSQL that keeps its promises (fsync on).
About a minute and a half; look at the ratios, which hold from machine to machine.
"""

import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from demo.ports import any_free_port
from demo.services import EmbeddedPostgres, EmbeddedValkey
from tests.load.client import Rate, rate_of, request_bytes

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "docs" / "benchmarks.md"
SECONDS = 4.0
CONNECTIONS = 32
PEOPLE = 500
IMPORTED_LINES = 50_000
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report."""

    what: str
    measured: str
    compared: str
    ratio: float | None = None
    target: float | None = None

    def cells(self) -> list[str]:
        """Return the line as cells of a table."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        target = "" if self.target is None else f"at least {self.target:.2f}"
        return [self.what, self.measured, self.compared, ratio, target]


def say(text: str) -> None:
    """Show a line as soon as it is known."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def prepare(directory: Path, stack: ExitStack) -> None:
    """Start the services, make the database, and let Django read the settings."""
    postgres = EmbeddedPostgres(directory / "postgres")
    server = stack.enter_context(postgres)
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
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("prepare_database", admin_url=server.superuser_url, verbosity=0)


@contextmanager
def served(application: str) -> Iterator[int]:
    """Serve an ASGI application with uvicorn on a free port."""
    port = any_free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "uvicorn", application, "--port", str(port)),
            *("--no-access-log", "--log-level", "warning"),
        ],
        cwd=ROOT,
    )
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                asyncio.run(_knock(port))
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=15)


async def _knock(port: int) -> None:
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


def event() -> dict[str, Any]:
    """Return a new event of one of 500 people."""
    number = next(_numbers)
    at = datetime.now(UTC) - timedelta(seconds=number % 80_000)
    return {
        "id": f"bench-{number:x}",
        "organization": "bench",
        "member": f"u-{number % 500}",
        "at": at.isoformat(),
        "kind": "feature",
        "feature": f"feature-{number % 12}",
        "quantity": 1,
        "session_id": f"s-{number % 5000}",
        "ip": "203.0.113.7",
    }


def batch(size: int) -> bytes:
    """Return the body of a batch of new events."""
    return json.dumps({"events": [event() for _ in range(size)]}).encode()


def measure_http(key: str) -> list[Line]:
    """Measure both endpoints over HTTP, beside a handler that does nothing."""

    def load(port: int, path: str, make_body: Callable[[], bytes], connections: int) -> Rate:
        return asyncio.run(
            rate_of(
                port=port,
                make_request=lambda: request_bytes(port=port, path=path, key=key, body=make_body()),
                connections=connections,
                seconds=SECONDS,
            )
        )

    people = itertools.cycle(range(PEOPLE))

    def question() -> bytes:
        return json.dumps({"organization": "bench", "member": f"u-{next(people)}"}).encode()

    lines = []
    with served("tests.load.raw:application") as port:
        raw = load(port, "/", question, CONNECTIONS)
    with served("config.asgi:application") as port:
        check = load(port, "/api/v1/entitlements/check", question, CONNECTIONS)
        lines.append(
            Line(
                "entitlement check",
                f"{check.per_second:,.0f} a second, median {check.median_ms:.1f} ms",
                f"a handler that does nothing: {raw.per_second:,.0f} a second",
                check.per_second / raw.per_second,
                0.1,
            )
        )
        for size, connections in ((1, CONNECTIONS), (100, 16), (1000, 8)):
            rate = load(port, "/api/v1/events", partial(batch, size), connections)
            lines.append(
                Line(
                    f"events over HTTP, batches of {size:,}",
                    f"{rate.per_second * size:,.0f} events a second, "
                    f"median {rate.median_ms:.1f} ms",
                    f"{connections} connections",
                )
            )
    return lines


def measure_writer(organization_id: int) -> list[Line]:
    """Measure group commit beside one commit for each request, and both beside COPY."""
    lines = []
    copied = _rows_copied(organization_id)
    for size, requests, target in ((1, 1500, 1.5), (100, 120, None), (1000, 24, None)):
        grouped, single = (
            asyncio.run(_rows_written(organization_id, size, requests, in_groups=in_groups))
            for in_groups in (True, False)
        )
        lines.append(
            Line(
                f"group commit, batches of {size:,}",
                f"{grouped:,.0f} events a second",
                f"one commit a request, as many connections: {single:,.0f}",
                grouped / single,
                target,
            )
        )
    lines.append(
        Line(
            "events written, batches of 1,000",
            f"{grouped:,.0f} events a second",
            f"COPY of the same rows, no duplicates looked for: {copied:,.0f}",
            grouped / copied,
        )
    )
    return lines


def _rows(organization_id: int, count: int) -> list[Any]:
    from seats.services.usage_events import EventRow

    now = datetime.now(UTC)
    return [
        EventRow(
            organization_id=organization_id,
            event_id=f"row-{number:x}",
            at=now - timedelta(seconds=number % 80_000),
            member=f"u-{number % 500}",
            kind="feature",
            feature=f"feature-{number % 12}",
            session_id=f"s-{number % 5000}",
            ip="203.0.113.7",
        )
        for number in itertools.islice(_numbers, count)
    ]


async def _rows_written(
    organization_id: int, size: int, requests: int, *, in_groups: bool
) -> float:
    from seats.ingest.writer import EVENTS_IN_A_GROUP, WRITERS, GroupWriter

    pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
        os.environ["DATABASE_PIPELINE_URL"],
        min_size=8,
        max_size=8,
        kwargs={"autocommit": True},
        open=False,
    )
    await pool.open(wait=True)
    writer = GroupWriter(
        pool,
        writers=WRITERS,
        events_in_a_group=EVENTS_IN_A_GROUP if in_groups else 1,
    )
    writer.start()
    batches = [_rows(organization_id, size) for _ in range(requests)]
    waiting = asyncio.Semaphore(64)

    async def send(rows: list[Any]) -> None:
        async with waiting:
            await writer.write(rows)

    started = time.perf_counter()
    await asyncio.gather(*(send(rows) for rows in batches))
    elapsed = time.perf_counter() - started
    await writer.stop()
    await pool.close()
    return size * requests / elapsed


def _rows_copied(organization_id: int) -> float:
    """COPY into a table of the same columns and key; row security does not allow it elsewhere."""
    rows = _rows(organization_id, 24_000)
    columns = "organization_id, event_id, at, member, kind, feature, session_id, ip"
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as connection:
        connection.execute(
            "CREATE TABLE bench_copy (LIKE seats_usageevent INCLUDING DEFAULTS INCLUDING INDEXES)"
        )
        connection.commit()
        started = time.perf_counter()
        for start in range(0, len(rows), 5_000):
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY bench_copy ({columns}) FROM STDIN") as copy,
            ):
                for row in rows[start : start + 5_000]:
                    copy.write_row(
                        (
                            *(row.organization_id, row.event_id, row.at, row.member, row.kind),
                            *(row.feature, row.session_id, row.ip),
                        )
                    )
            connection.commit()
        elapsed = time.perf_counter() - started
        connection.execute("DROP TABLE bench_copy")
    return len(rows) / elapsed


def measure_batch_work(directory: Path) -> list[Line]:
    """Measure an import and the rollup of everything written so far."""
    from accounts.services.history import SYSTEM
    from seats.services.rollup import roll_up_usage
    from seats.services.usage_import import UsageFile, import_usage

    _analyze()
    started = time.perf_counter()
    counted = roll_up_usage(now=datetime.now(UTC)).events
    rolled_up = counted / (time.perf_counter() - started)
    file = directory / "usage.jsonl"
    file.write_text("\n".join(json.dumps(event()) for _ in range(IMPORTED_LINES)))
    rates = []
    for _repetition in range(2):
        started = time.perf_counter()
        with UsageFile(file) as usage:
            import_usage(
                usage,
                organization=None,
                create_organizations=False,
                actor=SYSTEM,
                now=datetime.now(UTC),
                on_rejected=lambda line: say(f"rejected: {line}"),
            )
        rates.append(IMPORTED_LINES / (time.perf_counter() - started))
    return [
        Line("rollup", f"{rolled_up:,.0f} events a second", f"{counted:,} events at once"),
        Line(
            "import of a file",
            f"{rates[0]:,.0f} lines a second",
            f"the same file again: {rates[1]:,.0f}",
            rates[1] / rates[0],
        ),
    ]


def _give_seats(organization_id: int, memberships: list[Any]) -> None:
    from accounts.services.history import SYSTEM
    from accounts.tenancy import organization_context
    from seats.models import SeatPool
    from seats.services.seats import assign_seat

    with organization_context(organization_id):
        SeatPool.objects.create(organization_id=organization_id, purchased_seats=PEOPLE)
    for membership in memberships:
        assign_seat(
            organization_id=organization_id,
            membership_id=membership.pk,
            actor=SYSTEM,
            now=datetime.now(UTC),
        )


def _analyze() -> None:
    """Tell the planner of what was just written, as autovacuum would within a minute."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute("ANALYZE")


def write_report(lines: list[Line]) -> None:
    """Write the table to docs/benchmarks.md."""
    cores = os.cpu_count()
    head = ["what", "measured", "compared with", "ratio", "target"]
    rows = [head, ["---"] * len(head), *(line.cells() for line in lines)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    REPORT.write_text(
        "# Benchmarks\n\n"
        "`make bench` writes this page. Client, server and PostgreSQL share one machine "
        f"({cores} cores here), so absolute numbers say little; ratios are of one run.\n\n"
        f"{table}\n\n"
        "- *Group commit*: requests that arrive while one is being committed share the next "
        "commit; every one of them is answered after it.\n"
        "- *COPY* looks for no duplicates and stands outside row-level security: a bound, not an "
        "alternative.\n"
        "- *Entitlement check*: questions that arrive while a statement runs share the next one; "
        "compared with an ASGI handler that reads the body and answers `{}` under the same "
        "server.\n"
    )


def measure_buying() -> list[Line]:
    """The quote and the purchase path, beside one round trip to the sandbox."""
    from tests.load.paths import measure_paths

    return [
        Line(
            f"{path.what} path",
            f"{path.statements} statements, {path.calls} calls of Stripe, "
            f"{path.seconds * 1000:.0f} ms",
            f"one round trip to the sandbox: {path.round_trip * 1000:.1f} ms",
            path.seconds / path.round_trip,
        )
        for path in measure_paths()
    ]


def main() -> int:
    """Measure, report, and fail when a ratio misses its target."""
    with tempfile.TemporaryDirectory(prefix="headroom-bench-") as name, ExitStack() as stack:
        directory = Path(name)
        prepare(directory, stack)
        from tests.support.people import make_api_key, make_membership, make_organization

        organization = make_organization("bench")
        _give_seats(
            organization.pk,
            [make_membership(organization, external_id=f"u-{n}") for n in range(PEOPLE)],
        )
        key = make_api_key()
        _analyze()
        lines: list[Line] = []
        measures: tuple[Callable[[], list[Line]], ...] = (
            partial(measure_writer, organization.pk),
            partial(measure_http, key),
            partial(measure_batch_work, directory),
            measure_buying,
        )
        for measure in measures:
            for line in measure():
                say("  ".join(cell for cell in line.cells() if cell))
                lines.append(line)
        from django.db import connections

        connections.close_all()
    write_report(lines)
    missed = [line.what for line in lines if line.target and (line.ratio or 0) < line.target]
    if missed:
        say(f"\nMissed: {', '.join(missed)}.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
