"""Print the statements that spread the usage tables over a Citus cluster; docs/scaling.md."""

from typing import Any

from django.core.management.base import BaseCommand

from seats.selectors.distribution import distribution_statements, policy_statements


class Command(BaseCommand):
    """Print, for `psql` on the coordinator. Nothing is changed here."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one transaction for the policies, then a statement for each table."""
        self.stdout.write("BEGIN;")
        for statement in policy_statements():
            self.stdout.write(f"{statement};")
        self.stdout.write("COMMIT;")
        for statement in distribution_statements():
            self.stdout.write(f"{statement};")
