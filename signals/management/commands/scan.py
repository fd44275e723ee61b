"""`manage.py scan`: runs the scan by hand and says what it did."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import Organization
from accounts.tenancy import staff_context
from signals.services.scan import scan


class Command(BaseCommand):
    """Evaluates every organization, now or as of a past day."""

    help = "Look for signals in all organizations, or in one; safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            metavar="DATE",
            help="evaluate that day as it ended (YYYY-MM-DD) instead of now",
        )
        parser.add_argument(
            "--organization", metavar="ID", help="only this one, by external id or address"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the scan and print its report."""
        now = timezone.now()
        as_of: date | None = options["as_of"]
        if as_of is not None and as_of > now.date():
            raise CommandError(f"{as_of} has not come yet.")
        ids = self._ids(options["organization"])
        report = scan(now=now, as_of=as_of, organization_ids=ids)
        for line in report.lines:
            self.stdout.write(line)
        counts = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in report.counts().items())
        self.stdout.write(self.style.SUCCESS(f"Scanned: {counts}"))

    def _ids(self, name: str | None) -> list[int] | None:
        if name is None:
            return None
        with staff_context(user_id=0, scope=StaffScope.ALL):
            found = (
                Organization.objects.filter(external_id=name).first()
                or Organization.objects.filter(slug=name).first()
            )
        if found is None:
            raise CommandError(f"There is no organization {name}.")
        return [found.pk]
