"""Events over HTTP until they are counted, beside COPY into the same table.

Subject: `uvicorn` with the product, group commit, 202 after COMMIT, the rollup running beside it as
the worker runs it; the clock stops when the last event is counted. COPY writes rows that were
formatted before, as a superuser: it looks for no duplicates, checks nothing and counts nothing.
"""

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from tests.load.client import Rate, measured_rate, request_bytes
from tests.load.events import COLUMNS, bodies, copy_lines
from tests.load.report import Line, line_of, say
from tests.load.stage import make_customer, served, superuser_url

SECTION = "ingest"
ROUNDS = 3
EVENTS = "/api/v1/events"
# (events in a batch, batches of a round, connections, floor)
SIZES = ((1000, 150, 8, 0.5), (100, 1_000, 16, 0.35))
SINGLES = 6_000
COPIED = 60_000


def measure(_directory: Path) -> list[Line]:
    """Measure batches of 1,000 and of 100 beside COPY, and single events beside single commits."""
    from tests.support.people import make_api_key

    organization_id = make_customer("bench").pk
    key = make_api_key()
    lines = []
    with served("config.asgi:application") as port:
        for size, count, connections, floor in SIZES:
            subject, baseline = list[float](), list[float]()
            for number in range(ROUNDS):
                baseline.append(copied(organization_id))
                requests = [
                    request_bytes(port=port, path=EVENTS, key=key, body=body)
                    for body in bodies(size, count)
                ]
                subject.append(counted(port, requests, connections) * size)
                say(
                    f"  batches of {size:,}, round {number + 1}: {subject[-1]:,.0f} a second, "
                    f"COPY {baseline[-1]:,.0f}"
                )
            lines.append(
                line_of(
                    SECTION,
                    f"events over HTTP until they are counted, batches of {size:,}",
                    f"{sorted(subject)[ROUNDS // 2]:,.0f} events a second",
                    f"COPY into the same table: {sorted(baseline)[ROUNDS // 2]:,.0f}",
                    rounds=[a / b for a, b in zip(subject, baseline, strict=True)],
                    at_least=floor,
                )
            )
        lines.append(_singles(port, key))
    return lines


def _singles(port: int, key: str) -> Line:
    grouped, alone = list[Rate](), list[Rate]()
    with served("tests.load.single:application") as single_port:
        for number in range(ROUNDS):
            for found, where in ((alone, single_port), (grouped, port)):
                requests = [
                    request_bytes(port=where, path=EVENTS, key=key, body=body)
                    for body in bodies(1, SINGLES)
                ]
                found.append(
                    measured_rate(port=where, requests=iter(requests), connections=32, seconds=60.0)
                )
            say(
                f"  single events, round {number + 1}: {grouped[-1].per_second:,.0f} a second, "
                f"one commit each {alone[-1].per_second:,.0f}"
            )
    middle = [sorted(each.per_second for each in rates)[ROUNDS // 2] for rates in (grouped, alone)]
    return line_of(
        SECTION,
        "events over HTTP, batches of 1",
        f"{middle[0]:,.0f} events a second, 32 connections",
        f"one commit a request, 8 connections to the database: {middle[1]:,.0f}",
        rounds=[a.per_second / b.per_second for a, b in zip(grouped, alone, strict=True)],
        at_least=2.0,
    )


def counted(port: int, requests: list[bytes], connections: int) -> float:
    """Send every request while the rollup runs; return requests a second until all are counted."""
    from django.db import connections as databases

    from seats.services.rollup import roll_up_usage

    is_over = threading.Event()

    def roll_up() -> None:
        while not is_over.wait(0.5):
            roll_up_usage(now=datetime.now(UTC))
        databases.close_all()

    worker = threading.Thread(target=roll_up)
    started = time.perf_counter()
    worker.start()
    try:
        measured_rate(port=port, requests=iter(requests), connections=connections, seconds=120.0)
    finally:
        is_over.set()
        worker.join()
    roll_up_usage(now=datetime.now(UTC))
    return len(requests) / (time.perf_counter() - started)


def copied(organization_id: int) -> float:
    """COPY `COPIED` rows in pieces of 1,000, each committed; return rows a second."""
    lines = copy_lines(organization_id, COPIED).splitlines(keepends=True)
    pieces = [b"".join(lines[start : start + 1_000]) for start in range(0, len(lines), 1_000)]
    with psycopg.connect(superuser_url(os.environ["DATABASE_URL"])) as connection:
        started = time.perf_counter()
        for piece in pieces:
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY seats_usageevent ({COLUMNS}) FROM STDIN") as copy,
            ):
                copy.write(piece)
            connection.commit()
        return len(lines) / (time.perf_counter() - started)
