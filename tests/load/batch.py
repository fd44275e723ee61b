"""Bulk import of a file, and the rollup of what it wrote."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.load.events import event
from tests.load.ingest import COPIED, copied
from tests.load.report import Line, line_of, say
from tests.load.stage import make_customer

SECTION = "import"
ROUNDS = 3
LINES = COPIED


def measure(directory: Path) -> list[Line]:
    """Import files of new events beside COPY of as many into the same table."""
    from accounts.services.history import SYSTEM
    from seats.services.rollup import roll_up_usage
    from seats.services.usage_import import UsageFile, import_usage

    organization_id = make_customer("imported").pk
    subject, baseline, counted = list[float](), list[float](), list[float]()
    file = directory / "usage.jsonl"
    for number in range(ROUNDS):
        baseline.append(copied(organization_id))
        roll_up_usage(now=datetime.now(UTC))
        file.write_text("\n".join(json.dumps(event("imported")) for _ in range(LINES)))
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
        subject.append(LINES / (time.perf_counter() - started))
        started = time.perf_counter()
        counted.append(
            roll_up_usage(now=datetime.now(UTC)).events / (time.perf_counter() - started)
        )
        say(
            f"  round {number + 1}: import {subject[-1]:,.0f} lines a second, COPY "
            f"{baseline[-1]:,.0f}, rollup {counted[-1]:,.0f}"
        )
    middle = [sorted(rates)[ROUNDS // 2] for rates in (subject, baseline, counted)]
    return [
        line_of(
            SECTION,
            "import of a file",
            f"{middle[0]:,.0f} lines a second",
            f"COPY into the same table: {middle[1]:,.0f}",
            rounds=[a / b for a, b in zip(subject, baseline, strict=True)],
            at_least=0.6,
        ),
        line_of(
            SECTION,
            "rollup",
            f"{middle[2]:,.0f} events a second",
            f"COPY into the table that it reads: {middle[1]:,.0f}",
            rounds=[a / b for a, b in zip(counted, baseline, strict=True)],
        ),
    ]
