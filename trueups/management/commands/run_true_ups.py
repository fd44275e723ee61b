"""`manage.py run_true_ups`: runs the jobs of true-ups by hand, now or as of a moment."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import Organization
from accounts.tenancy import staff_context
from trueups.services.running import run_due, run_due_of


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else timezone.make_aware(at)).astimezone(UTC)


class Command(BaseCommand):
    """Does what is due: quarters, announcements, snapshots, reminders, ends of reviews."""

    help = (
        "Run the jobs of true-ups for all organizations, or for one; safe to repeat. "
        "A moment to come is a rehearsal: of one organization, with Stripe's test keys."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--at",
            type=_moment,
            metavar="TIME",
            help="as of that moment (2026-09-03T08:00+02:00) instead of now",
        )
        parser.add_argument(
            "--organization", metavar="ID", help="only this one, by external id or address"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run what is due and say what was done."""
        now = timezone.now()
        at: datetime = options["at"] or now
        named: str | None = options["organization"]
        if at > now and (named is None or "_test_" not in settings.STRIPE_SECRET_KEY):
            raise CommandError(
                f"{at.isoformat()} has not come yet. Ahead of time the jobs run for one "
                "organization (--organization) and with a test key of Stripe only."
            )
        if named is None:
            self.stdout.write(self.style.SUCCESS(f"Done: {run_due(now=at)}"))
            return
        moved = run_due_of(organization_id=self._id(named), now=at)
        for standing in moved:
            told = ", ".join(sorted(standing.told)) or "nothing yet"
            self.stdout.write(f"{standing.reference}: {standing.state}, told: {told}")
        self.stdout.write(self.style.SUCCESS(f"Done: {len(moved)}"))

    def _id(self, name: str) -> int:
        with staff_context(user_id=0, scope=StaffScope.ALL):
            found = (
                Organization.objects.filter(external_id=name).first()
                or Organization.objects.filter(slug=name).first()
            )
        if found is None:
            raise CommandError(f"There is no organization {name}.")
        return found.pk
