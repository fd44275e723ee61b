"""Fixtures of the whole suite."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.services import admin_url


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make roles and database as a deployment does, instead of Django's `test_` copy."""
    from django.core.management import call_command

    from tests.support.database import use_as_test_database

    with django_db_blocker.unblock():
        call_command("prepare_database", admin_url=admin_url, verbosity=0)
        use_as_test_database()
        yield
