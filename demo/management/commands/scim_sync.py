"""`manage.py scim_sync`: let the demo's identity provider sync once more, over HTTP."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import Organization
from accounts.services.history import SYSTEM
from accounts.tenancy import staff_context
from demo.dataset.directory import CONNECTED, employees_of, sync
from provisioning.services.connections import issue_token


class Command(BaseCommand):
    """`manage.py scim_sync`."""

    help = "Sync people as the customer's identity provider does; makes itself a new token."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make a token, and sync with it."""
        if settings.DEMO_DIR is None:
            raise CommandError("There is an identity provider in the demo only.")
        with staff_context(user_id=0, scope=StaffScope.ALL):
            organization = Organization.objects.get(external_id=CONNECTED)
        _row, token = issue_token(organization_id=organization.pk, actor=SYSTEM, now=timezone.now())
        count = sync(
            address=f"{settings.BASE_URL}/scim/v2",
            token=token,
            employees=employees_of(organization),
        )
        self.stdout.write(f"{count} requests; read them under Settings > Directory")
