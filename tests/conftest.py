"""Fixtures of the whole suite."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from tests.services import admin_url

# Django makes millions of objects that live for a moment, and hardly a cycle of them. Looking for
# cycles less often saves a seventh of the time; what is left open is still found.
gc.set_threshold(50_000, 20, 50)

# How long an example takes says something about the machine, not about the rule under test.
settings.register_profile(
    "untimed", deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make roles and database as a deployment does, instead of Django's `test_` copy."""
    from django.core.management import call_command

    from demo.quick_migrations import models_rendered_alone
    from tests.support.database import use_as_test_database

    with django_db_blocker.unblock():
        with models_rendered_alone():
            call_command("prepare_database", admin_url=admin_url, verbosity=0)
        use_as_test_database()
        yield
