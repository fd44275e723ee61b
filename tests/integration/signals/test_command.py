"""`manage.py scan`."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.integration.signals.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("scan", *arguments, stdout=out)
    return out.getvalue()


class TestScanCommand:
    def test_says_what_it_did_and_the_second_time_nothing(self) -> None:
        world = World("lago", people=10)
        world.use(world.people, timezone.now() - timedelta(days=1))
        first = run()
        assert "lago: opened utilization (full)" in first
        assert "organizations 1" in first
        second = run()
        assert "lago" not in second
        assert "unchanged 1" in second

    def test_looks_at_one_organization_alone(self) -> None:
        for name in ("lago", "aare"):
            world = World(name, people=10)
            world.use(world.people, timezone.now() - timedelta(days=1))
        said = run("--organization", "aare")
        assert "aare: opened" in said
        assert "lago" not in said

    def test_counts_three_past_days(self) -> None:
        world = World("lago", people=8)
        today = timezone.now().date()
        world.use(world.people, today - timedelta(days=5))
        for n in (3, 2):
            assert "opened utilization" not in run("--as-of", str(today - timedelta(days=n)))
        assert "opened utilization (eighty)" in run("--as-of", str(today - timedelta(days=1)))

    def test_refuses_a_day_that_has_not_come(self) -> None:
        tomorrow = timezone.now().date() + timedelta(days=1)
        with pytest.raises(CommandError, match="has not come yet"):
            run("--as-of", str(tomorrow))

    def test_refuses_an_organization_that_does_not_exist(self) -> None:
        with pytest.raises(CommandError, match="no organization nobody"):
            run("--organization", "nobody")
