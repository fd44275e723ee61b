"""`manage.py prepare_demo_database`: what a deployment runs, in a tenth of the time."""

from typing import Any

from accounts.management.commands import prepare_database
from demo.quick_migrations import models_rendered_alone


class Command(prepare_database.Command):
    """`manage.py prepare_demo_database`."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing, then migrate as the owner."""
        with models_rendered_alone():
            super().handle(*args, **options)
