"""Imported years stand in the twelve-month charts at once, and are counted once however often."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organization
from accounts.tenancy import organization_context
from seats.models import SeatPool, UtilizationDay
from seats.selectors.usage import utilization_history
from seats.services.rollup import roll_up_usage
from seats.services.usage import write_events
from seats.services.usage_events import EventRow
from tests.integration.usage.conftest import event


def run(command: str, *arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


@pytest.fixture
def two_years(acme: Organization, tmp_path: Path) -> Path:
    """Ben and ann were active 700 days ago, ben 200 days ago; the organization bought 8 seats."""
    with organization_context(acme.pk):
        SeatPool.objects.create(organization=acme, purchased_seats=8)
    now = datetime.now(UTC)
    lines = [
        event(acme, member=member, at=(now - timedelta(days=ago)).isoformat())
        for member, ago in (("ben", 700), ("ann", 700), ("ben", 200))
    ]
    file = tmp_path / "years.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines))
    return file


class TestImportedYears:
    def test_are_in_the_history_at_once_and_once(self, acme: Organization, two_years: Path) -> None:
        rows = UtilizationDay.objects.using("pipeline").filter(organization=acme)
        # 700 days from the first event to yesterday.
        assert "Counted 700 past days of the charts." in run("import_usage", str(two_years))
        now = datetime.now(UTC)
        with organization_context(acme.pk):
            history = utilization_history(organization_id=acme.pk, now=now)
        # Twelve months and today; active from 200 days ago for 28 days.
        assert len(history) == 366
        assert {day.purchased for day in history} == {8}
        assert [day.day for day in history if day.active_28] == [
            now.date() - timedelta(days=n) for n in range(200, 172, -1)
        ]
        assert rows.get(day=now.date() - timedelta(days=700)).active_28 == 2

        before = list(rows.order_by("day").values())
        assert "Counted 0 past days" in run("import_usage", str(two_years))
        assert "Counted 0 past" in run("backfill_days", organization=acme.external_id)
        today = before.pop()["day"]
        assert list(rows.filter(day__lt=today).order_by("day").values()) == before

    def test_that_another_rollup_counted_are_filled_by_the_command(
        self, acme: Organization
    ) -> None:
        now = datetime.now(UTC)
        at = now - timedelta(days=700)
        write_events([EventRow(acme.pk, "old", at=at, member="ben", kind="feature", feature="x")])
        roll_up_usage(now=now)
        # First from 310 days ago to yesterday, then the 390 days from 700 to 311 days ago.
        named = f"--organization={acme.external_id}"
        since = (now - timedelta(days=310)).date().isoformat()
        assert "Counted 310 past" in run("backfill_days", named, f"--from={since}")
        assert "Counted 390 past" in run("backfill_days", named)
        rows = UtilizationDay.objects.using("pipeline").filter(organization=acme)
        assert rows.filter(active_28=1).count() == 28

    def test_stand_there_before_the_first_seat_is_bought(
        self, committed: None, tmp_path: Path
    ) -> None:
        file = tmp_path / "new.jsonl"
        at = datetime.now(UTC) - timedelta(days=40)
        line = event() | {"organization": "not-bought-yet", "at": at.isoformat()}
        file.write_text(json.dumps(line))
        out = run("import_usage", str(file), create_organizations=True)
        assert "Counted 40 past days of the charts." in out

    def test_of_an_unknown_organization_are_not_looked_for(self, committed: None) -> None:
        with pytest.raises(CommandError, match="no organization nobody-knows"):
            run("backfill_days", "--organization=nobody-knows")
