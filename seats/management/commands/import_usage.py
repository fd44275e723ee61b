"""`manage.py import_usage FILE`: usage from a file; an event is counted once however often."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

import msgspec
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.services.history import Actor
from seats.hooks import tell_usage_imported
from seats.services.rollup import roll_up_usage
from seats.services.usage import find_organizations
from seats.services.usage_import import ImportResult, RejectedLine, UsageFile, import_usage
from seats.services.utilization import fill_history

_BAR = 30


class Progress:
    """A bar on a terminal, a line every few seconds elsewhere."""

    def __init__(self, file: UsageFile, out: IO[str]) -> None:
        self._file = file
        self._out = out
        self._is_terminal = out.isatty()
        self._every = 0.2 if self._is_terminal else 5.0
        self._shown_at = time.monotonic()
        self._started_at = self._shown_at

    def __call__(self, result: ImportResult) -> None:
        """Show how far the file has been read, unless that was done a moment ago."""
        moment = time.monotonic()
        if moment - self._shown_at < self._every:
            return
        self._shown_at = moment
        share = min(self._file.position / self._file.size, 1.0) if self._file.size else 1.0
        rate = result.lines / max(moment - self._started_at, 0.001)
        text = f"{share:6.1%}  {result.lines:,} lines ({rate:,.0f}/s), {result.rejected:,} rejected"
        if self._is_terminal:
            filled = round(share * _BAR)
            self._out.write(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {text}\x1b[K")
        else:
            self._out.write(f"{text}\n")
        self._out.flush()

    def finish(self) -> None:
        """Leave the terminal's line to what follows."""
        if self._is_terminal:
            self._out.write("\r\x1b[K")
            self._out.flush()


class Rejects:
    """The file of rejected lines, which exists only if there is one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None
        path.unlink(missing_ok=True)

    def __call__(self, rejected: RejectedLine) -> None:
        """Add a line."""
        if self._file is None:
            self._file = self.path.open("wb")
        self._file.write(msgspec.json.encode(rejected) + b"\n")

    def close(self) -> None:
        """Finish the file, if there is one."""
        if self._file is not None:
            self._file.close()


class Command(BaseCommand):
    """`manage.py import_usage`."""

    help = (
        "Import usage events from JSON lines or CSV (.gz or plain). Bad lines go to "
        "FILE.rejects.jsonl with their number and reason. Repeating an import counts nothing twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, help="JSON lines or CSV with a heading")
        parser.add_argument(
            "--organization",
            metavar="EXTERNAL_ID",
            help="every line is of this organization and need not name it",
        )
        parser.add_argument(
            "--create-organizations",
            action="store_true",
            help="make organizations that are not known, instead of rejecting their lines",
        )

    def handle(
        self,
        *args: Any,
        file: Path,
        organization: str | None,
        create_organizations: bool,
        **options: Any,
    ) -> None:
        """Import the file, count it, and say what became of it."""
        if organization and not create_organizations and not find_organizations([organization]):
            raise CommandError(
                f"There is no organization {organization}. Add --create-organizations to make it."
            )
        now = timezone.now()
        rejects = Rejects(file.with_name(f"{file.name}.rejects.jsonl"))
        try:
            with UsageFile(file) as usage:
                progress = Progress(usage, sys.stderr)
                try:
                    result = import_usage(
                        usage,
                        organization=organization,
                        create_organizations=create_organizations,
                        actor=Actor(label="import_usage"),
                        now=now,
                        on_rejected=rejects,
                        on_progress=progress,
                    )
                finally:
                    progress.finish()
        except (OSError, EOFError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        finally:
            rejects.close()
        self._count(result, rejects)

    def _count(self, result: ImportResult, rejects: Rejects) -> None:
        rolled_up = roll_up_usage(now=timezone.now())
        self.stdout.write(
            f"{result.lines:,} lines: {result.accepted:,} new events, "
            f"{result.duplicates:,} known already, {result.rejected:,} rejected."
        )
        if result.created:
            self.stdout.write(f"Organizations made: {', '.join(result.created)}.")
        if rolled_up.ran:
            self.stdout.write(
                f"Counted {rolled_up.events:,} events; "
                f"{rolled_up.discovered:,} people were seen for the first time."
            )
            days = fill_history(organization_ids=result.organization_ids, now=timezone.now())
            self.stdout.write(f"Counted {days:,} past days of the charts.")
        else:
            self.stdout.write(
                "Another rollup is at work and counts the events. Once it has, "
                "`manage.py backfill_days` counts the days of the charts that came in."
            )
        for said in tell_usage_imported(now=timezone.now()):
            self.stdout.write(said)
        if result.rejected:
            self.stdout.write(f"Rejected lines with their reasons: {rejects.path}")
