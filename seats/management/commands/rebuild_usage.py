"""`manage.py rebuild_usage`: count a range of days anew from raw events."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.services.history import SYSTEM
from seats.models import UsageRebuild
from seats.services.rebuild import DaysGone, DaysToCome, ask_rebuild, work_rebuilds
from seats.services.usage import find_organizations


class Command(BaseCommand):
    """Counts days anew; what agrees with its events is left as it is."""

    help = "Count a range of days of usage anew from their raw events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the range and, optionally, one organization."""
        parser.add_argument("since", type=date.fromisoformat, help="the first day (UTC)")
        parser.add_argument("until", type=date.fromisoformat, help="the last day (UTC)")
        parser.add_argument("--organization", help="its external id; all without it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Order the rebuild and work it here."""
        organization_id = None
        if name := options["organization"]:
            organization_id = find_organizations([name]).get(name)
            if organization_id is None:
                raise CommandError(f"There is no organization {name}.")
        try:
            order = ask_rebuild(
                since=options["since"],
                until=options["until"],
                organization_id=organization_id,
                actor=SYSTEM,
                now=timezone.now(),
            )
        except (DaysGone, DaysToCome) as error:
            raise CommandError(str(error)) from error
        work_rebuilds(now=timezone.now(), on_day=self._tell)
        order.refresh_from_db(using="pipeline")
        if order.state == UsageRebuild.State.FAILED:
            raise CommandError(order.reason)
        self.stdout.write(f"{order.changed} rows were different.")

    def _tell(self, order: UsageRebuild) -> None:
        self.stdout.write(f"{order.days_done} of {order.days} days", ending="\r")
