"""Fixtures of the whole suite, and the order in which workers share it."""

import gc
from collections import Counter
from collections.abc import Iterator

import pytest
from django.contrib.auth.signals import user_logged_in
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler.loadfile import LoadFileScheduling

from tests.services import admin_url
from tests.support.sign_in import count_as_proved

# Django makes millions of objects that live for a moment, and hardly a cycle of them. Looking for
# cycles less often saves a seventh of the time; what is left open is still found.
gc.set_threshold(50_000, 20, 50)

# `force_login` proves nothing; in the tests it counts as a password of this moment.
user_logged_in.connect(count_as_proved)

# How long an example takes says something about the machine, not about the rule under test.
settings.register_profile(
    "untimed", deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")

# Few tests that take long come first, so that no worker waits for the other at the end.
_FIRST = ("tests/journeys/", "tests/fire/", "tests/integration/trueups/test_totals_only.py")
# They start, stop and kill servers and brokers: nothing else runs in their process afterwards.
_LAST = "tests/integration/scaling/"


class _ByFile(LoadFileScheduling):  # type: ignore[misc]  # xdist brings no types
    """A file's tests run in one worker, and all journeys do: they share one demo."""

    def _split_scope(self, nodeid: str) -> str:
        journeys = _FIRST[0]
        return journeys if nodeid.startswith(journeys) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Hand out whole files, in the order of the collection."""
    return _ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long folders first, the scaling at the end, between them the files with most tests.

    Of the scaling those with one long test come first, so that no worker ends alone with it.
    """
    tests = Counter(item.nodeid.split("::", 1)[0] for item in items)

    def rank(item: pytest.Item) -> tuple[int, int, str]:
        file = item.nodeid.split("::", 1)[0]
        folder = next((n for n, first in enumerate(_FIRST) if file.startswith(first)), len(_FIRST))
        is_last = file.startswith(_LAST)
        return folder + is_last, tests[file] if is_last else -tests[file], file

    items.sort(key=rank)


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
