"""Measures the product against its floors: `make bench`, or `make bench only=entitlement,scan`.

Makes its own data, runs the baseline beside the subject in turns, and writes docs/benchmarks.md and
docs/benchmarks.json. Look at the ratios, which hold from machine to machine; a run that shares the
machine with other work says so.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.load import (
    batch,
    buying,
    dashboards,
    entitlement,
    findings,
    ingest,
    memory,
    people_import,
    scan,
)
from tests.load.options import options
from tests.load.report import Line, Noise, say, write_report
from tests.load.stage import prepare

SECTIONS = {
    module.SECTION: module
    for module in (
        *(ingest, entitlement, batch, scan, findings, dashboards, memory, buying),
        people_import,
    )
}
NOTES = Path(__file__).with_name("notes.md")


def main() -> int:
    """Measure, report, and fail when a ratio misses its floor."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"of {', '.join(SECTIONS)}")
    parser.add_argument("--minutes", type=float, default=options.minutes, help="of memory")
    parser.add_argument("--people", type=int, default=options.people, help="of dashboards")
    parser.add_argument("--requests", type=int, default=options.requests, help="of each dashboard")
    parser.add_argument("--lines", type=int, default=options.lines, help="of the file of people")
    parser.add_argument("--pages", default="", help="dashboards by their beginnings, a ; between")
    parser.add_argument("--keep", type=Path, help="a directory whose database the next run finds")
    given = parser.parse_args()
    options.minutes, options.people = given.minutes, given.people
    options.requests, options.lines = given.requests, given.lines
    options.pages = tuple(name for name in given.pages.split(";") if name)
    names = [name for name in given.only.split(",") if name] or list(SECTIONS)
    if unknown := set(names) - SECTIONS.keys():
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    lines: list[Line] = []
    noise = Noise()
    with ExitStack() as stack:
        say("Starting PostgreSQL and preparing a database ...")
        directory = given.keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="headroom-bench-"))
        )
        prepare(directory, stack, is_kept=given.keep is not None)
        from django.db import connections

        for number, section in enumerate(names, start=1):
            bar = "#" * number + "." * (len(names) - number)
            say(f"[{bar}] {section} ({number} of {len(names)}, {noise.minutes():.0f} min so far)")
            with noise.during():
                found = SECTIONS[section].measure(directory)
            for line in found:
                say("  ".join(cell for cell in line.cells() if cell))
            lines += found
        connections.close_all()
    if options.pages:
        return 0 if all(line.is_met is not False for line in lines) else 1
    write_report(lines, order=list(SECTIONS), noise=noise.told(lines), notes=NOTES.read_text())
    missed = [line.what for line in lines if line.is_met is False]
    if missed:
        say(f"\nNot met: {'; '.join(missed)}.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
