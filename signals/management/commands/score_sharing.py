"""`manage.py score_sharing`: how likely accounts are shared, from everything that has arrived."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from seats.services.rollup import roll_up_usage
from seats.services.usage import find_organizations
from signals.services.sharing_fill import fill_sharing
from signals.services.sharing_scoring import ScoringResult, score_due, score_organization


class Command(BaseCommand):
    """Count, take in, score; the scheduled job does the same within minutes."""

    help = (
        "Take new usage in and score the accounts of every organization in which something "
        "changed, as of its last day with usage. Repeating it changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--organization", metavar="EXTERNAL_ID", help="this one alone, changed or not"
        )
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            metavar="DATE",
            help="as of this day instead of the last one; needs --organization",
        )

    def handle(
        self, *args: Any, organization: str | None, as_of: date | None, **options: Any
    ) -> None:
        """Do it, and say what was scored."""
        if as_of and not organization:
            raise CommandError("--as-of is for one organization: add --organization.")
        now = timezone.now()
        roll_up_usage(now=now)
        filled = fill_sharing(now=now)
        if organization:
            found = find_organizations([organization])
            if not found:
                raise CommandError(f"There is no organization {organization}.")
            result: ScoringResult = score_organization(
                organization_id=found[organization], now=now, as_of=as_of
            )
        else:
            result = score_due(now=now, whatever=True)
        self.stdout.write(
            f"{filled.rows:,} rows taken in. {result.members:,} members of "
            f"{result.organizations:,} organizations scored: {result.opened:,} cases opened, "
            f"{result.cleared:,} cleared."
        )
        if result.failed:
            raise CommandError(f"{result.failed:,} organizations could not be scored; see the log.")
