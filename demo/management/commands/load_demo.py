"""`manage.py load_demo`: the living data set, loaded once and brought up to date at each start."""

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.dataset.load import Loader


class Command(BaseCommand):
    """`manage.py load_demo`."""

    help = "Load the demo's data, through the API of the running server; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is missing."""
        if settings.DEMO_DIR is None:
            raise CommandError(
                "There is a data set for the demo only (settings config.settings.dev)."
            )
        # A line for each request and each signal would hide what the command has to say.
        logging.disable(logging.INFO)
        settings.DEMO_DIR.mkdir(parents=True, exist_ok=True)
        Loader(settings.DEMO_DIR, self._say).run()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
