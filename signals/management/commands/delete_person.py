"""`manage.py delete_person`: deletes everything that is known of one person's usage."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.services.history import Actor
from signals.management.commands.export_person import find_person
from signals.services.person_data import delete_person_data


class Command(BaseCommand):
    """Delete, once it is confirmed."""

    help = (
        "Delete one person's usage: raw events, what was counted from them, and everything about "
        "shared accounts. Sums over many people and the history stay. It cannot be undone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--organization", required=True, metavar="EXTERNAL_ID")
        parser.add_argument("--member", required=True, metavar="MEMBER_OR_EMAIL")
        parser.add_argument("--yes", action="store_true", help="do it; without it nothing is done")

    def handle(self, *args: Any, organization: str, member: str, yes: bool, **options: Any) -> None:
        """Find the person and delete."""
        person = find_person(organization, member)
        if not yes:
            raise CommandError(f"This deletes the usage of {person}. Add --yes to do it.")
        gone = delete_person_data(
            organization_id=person.organization_id,
            membership_id=person.pk,
            actor=Actor(label="delete_person"),
            now=timezone.now(),
        )
        self.stdout.write(f"{gone:,} rows deleted.")
