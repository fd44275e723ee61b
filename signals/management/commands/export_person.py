"""`manage.py export_person`: everything that an organization knows of one person, as JSON."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Membership
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from seats.services.usage import find_organizations
from signals.services.person_file import known_of_person


def find_person(organization: str, member: str) -> Membership:
    """Return the person that events of an organization name so. Raises CommandError."""
    found = find_organizations([organization])
    if not found:
        raise CommandError(f"There is no organization {organization}.")
    with organization_context(found[organization]):
        people = Membership.objects.all()
        person = (
            people.filter(external_id=member).first() or people.filter(email__iexact=member).first()
        )
    if person is None:
        raise CommandError(f"There is nobody called {member} in {organization}.")
    return person


class Command(BaseCommand):
    """Write it to standard output."""

    help = (
        "Everything that an organization knows of one person, usage with it, as JSON on standard "
        "output: by the names of the files that the page hands out in a ZIP."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--organization", required=True, metavar="EXTERNAL_ID")
        parser.add_argument("--member", required=True, metavar="MEMBER_OR_EMAIL")

    def handle(self, *args: Any, organization: str, member: str, **options: Any) -> None:
        """Find the person and write."""
        person = find_person(organization, member)
        found = known_of_person(person, actor=Actor(label="export_person"), now=timezone.now())
        self.stdout.write(json.dumps(found, indent=2, default=str))
