"""Push our published prices to Stripe. Repeating it changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.gateways.stripe.errors import GatewayError
from billing.services.catalog import sync_catalog


class Command(BaseCommand):
    """`manage.py sync_catalog`."""

    help = "Create products and prices at Stripe for published prices that have none there."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing and say how many."""
        try:
            created = sync_catalog()
        except GatewayError as error:
            raise CommandError(f"Stripe did not take the catalog: {error}") from error
        self.stdout.write(f"{created} prices created at Stripe")
