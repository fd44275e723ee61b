"""`manage.py backfill_days`: the daily figures of past days that have none, or are due again."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from seats.services.usage import find_organizations
from seats.services.utilization import backfill_days


class Command(BaseCommand):
    """Counts what the charts lack; days that have their figures are left as they are."""

    help = "Count the daily figures of past days that have none, from an organization's first day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take, optionally, one organization and the first day."""
        parser.add_argument(
            "--organization", metavar="EXTERNAL_ID", help="this one alone; all without it"
        )
        parser.add_argument(
            "--from",
            dest="since",
            metavar="DAY",
            type=date.fromisoformat,
            default=date.min,
            help="the first day (UTC); without it each organization's first",
        )

    def handle(self, *_args: Any, organization: str | None, since: date, **_options: Any) -> None:
        """Count, and tell how far it is."""
        ids: list[int] | None = None
        if organization:
            ids = list(find_organizations([organization]).values())
            if not ids:
                raise CommandError(f"There is no organization {organization}.")
        counted = backfill_days(
            since=since,
            until=date.max,
            now=timezone.now(),
            organization_ids=ids,
            only_lacking=True,
            on_progress=self._tell,
        )
        self.stdout.write(f"Counted {counted:,} past days of organizations.")

    def _tell(self, done: int, days: int) -> None:
        self.stderr.write(f"{done:,} of {days:,} days looked at")
