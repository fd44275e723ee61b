"""The memory of the ingest process at saturation: sampled each second, flat over minutes.

The first half is for warming up: buffers, caches of members and addresses, the allocator's arenas.
In the second half nothing may grow but noise; the slope is that of a line by least squares. A run
shorter than the one on the page (`--minutes`) is judged but does not take its place there.
"""

import itertools
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.load.client import measured_rate, request_bytes
from tests.load.events import bodies
from tests.load.options import options
from tests.load.report import Line, line_of, say
from tests.load.stage import make_customer, process_at, served

SECTION = "memory"
CONNECTIONS = 64
BATCH = 100
# Sent round and round: the database finds most of them known, which costs the process the same.
BATCHES = 2_000
MOST_GROWTH = 1.02


def measure(_directory: Path) -> list[Line]:
    """Keep the process at saturation; sample its resident memory, and roll up beside it."""
    from django.db import connections as databases

    from seats.services.rollup import roll_up_usage
    from tests.support.people import make_api_key

    make_customer("remembered")
    key = make_api_key()
    samples: list[float] = []
    is_over = threading.Event()

    with served("config.asgi:application") as port:
        process = process_at(port)

        def sample() -> None:
            while not is_over.wait(1.0):
                samples.append(resident_mb(process))
                if len(samples) % 10 == 0:
                    done = min(len(samples) / (options.minutes * 60), 1.0)
                    filled = round(done * 20)
                    bar = "#" * filled + "." * (20 - filled)
                    say(f"  [{bar}] {samples[-1]:.1f} MB")

        def roll_up() -> None:
            while not is_over.wait(2.0):
                roll_up_usage(now=datetime.now(UTC))
            databases.close_all()

        requests = [
            request_bytes(port=port, path="/api/v1/events", key=key, body=body)
            for body in bodies(BATCH, BATCHES, "remembered")
        ]
        threads = [threading.Thread(target=target) for target in (sample, roll_up)]
        for thread in threads:
            thread.start()
        started = time.perf_counter()
        try:
            rate = measured_rate(
                port=port,
                requests=itertools.cycle(requests),
                connections=CONNECTIONS,
                seconds=options.minutes * 60,
            )
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
    minutes = (time.perf_counter() - started) / 60
    half = samples[len(samples) // 2 :]
    quarter = max(len(half) // 2, 1)
    begins, ends = _mean(half[:quarter]), _mean(half[-quarter:])
    return [
        line_of(
            SECTION,
            f"memory of the ingest process, {minutes:.0f} min at saturation",
            f"{ends:.1f} MB at the end, {slope(half) * 60:+.2f} MB a minute in the second half, "
            f"{rate.per_second * BATCH:,.0f} events a second",
            f"{begins:.1f} MB at half-time",
            rounds=[ends / begins],
            at_most=MOST_GROWTH,
            minutes=options.minutes,
        )
    ]


def resident_mb(process: int) -> float:
    """Return the resident memory of a process in megabytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def slope(values: list[float]) -> float:
    """Return by how much values grow from one to the next: a line by least squares."""
    middle, mean = (len(values) - 1) / 2, _mean(values)
    square = sum((n - middle) ** 2 for n in range(len(values)))
    return sum((n - middle) * (each - mean) for n, each in enumerate(values)) / square


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
