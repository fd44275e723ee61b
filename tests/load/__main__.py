"""Measures the product against its floors: `make bench`, or `make bench only=entitlement,scan`.

Makes its own data, runs the baseline beside the subject in turns, and writes docs/benchmarks.md and
docs/benchmarks.json. Look at the ratios, which hold from machine to machine; a run that shares the
machine with other work says so.
"""

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.load import batch, buying, entitlement, ingest
from tests.load.report import Line, say, write_report
from tests.load.stage import prepare

SECTIONS = {module.SECTION: module for module in (ingest, entitlement, batch, buying)}
NOTES = Path(__file__).with_name("notes.md")


def main() -> int:
    """Measure, report, and fail when a ratio misses its floor."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"of {', '.join(SECTIONS)}")
    names = [name for name in parser.parse_args().only.split(",") if name] or list(SECTIONS)
    if unknown := set(names) - SECTIONS.keys():
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    lines: list[Line] = []
    loads = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory(prefix="headroom-bench-") as name, ExitStack() as stack:
        say("Starting PostgreSQL and preparing a database ...")
        prepare(Path(name), stack)
        from django.db import connections

        for number, section in enumerate(names, start=1):
            say(f"[{number}/{len(names)}] {section}")
            for line in SECTIONS[section].measure(Path(name)):
                say("  ".join(cell for cell in line.cells() if cell))
                lines.append(line)
        connections.close_all()
    noise = f"the machine's load was {loads[0]:.1f} before the run"
    write_report(lines, order=list(SECTIONS), noise=noise, notes=NOTES.read_text())
    missed = [line.what for line in lines if line.is_met is False]
    if missed:
        say(f"\nNot met: {'; '.join(missed)}.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
