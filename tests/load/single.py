"""The product's own lean endpoints, but with one commit for each request: a baseline."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")

from config import asgi
from seats.ingest.writer import GroupWriter

# As many writers as there are connections, so that commits run side by side.
asgi._lean._writer = GroupWriter(asgi._lean._pool, writers=8, events_in_a_group=1)
application = asgi.application
