"""Prepares the database of a crash test in a process of its own; prints the vendor's key.

The test's process has its own settings and database, or none.
"""

import os
import sys

import django
from django.core.management import call_command


def main() -> None:
    """Make the tables, one organization and a key."""
    django.setup()
    from demo.quick_migrations import models_rendered_alone

    with models_rendered_alone():
        call_command("prepare_database", admin_url=os.environ["CRASH_ADMIN_URL"], verbosity=0)
    from tests.support.people import make_api_key, make_organization

    make_organization("acme")
    sys.stdout.write(f"\nkey {make_api_key()}\n")


if __name__ == "__main__":
    main()
