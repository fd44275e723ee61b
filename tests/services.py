"""The services of a test run: PostgreSQL and Valkey from wheels, with the product's three roles.

Every process of pytest-xdist has its own server. Addresses are exported before Django reads its
settings, so this is a plugin that pytest loads first (`-p tests.services`).
"""

import atexit
import os
import sys
import tempfile
from pathlib import Path

from demo.services import EmbeddedPostgres, EmbeddedValkey

_directory = Path(tempfile.mkdtemp(prefix="headroom-tests-"))
_postgres = EmbeddedPostgres(_directory / "postgres", disposable=True)
_valkey = EmbeddedValkey(_directory / "valkey", disposable=True)


def _start_services() -> str:
    server = _postgres.start()
    atexit.register(_postgres.stop)
    broker = _valkey.start()
    atexit.register(_valkey.stop)
    address = f"{server.host}:{server.port}/headroom_test"
    os.environ |= {
        "DATABASE_URL": f"postgres://headroom_app:app@{address}",
        "DATABASE_OWNER_URL": f"postgres://headroom_owner:owner@{address}",
        "DATABASE_PIPELINE_URL": f"postgres://headroom_pipeline:pipeline@{address}",
        "REDIS_URL": broker.redis_url,
        "DEMO_DIR": str(_directory / "demo"),
    }
    # Two lines of JSON for each request are written thousands of times and read by nobody.
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    return server.superuser_url


# The controller of pytest-xdist runs no test; its workers have their own servers.
_is_controller = "-n" in sys.argv and "PYTEST_XDIST_WORKER" not in os.environ
admin_url = "" if _is_controller else _start_services()
