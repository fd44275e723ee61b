"""Raw events are let go by the month: counted first, and never counted a second time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import DataError, connections

from accounts.models import Organization
from accounts.services.history import SYSTEM
from seats.models import ActivityDay, ClosedMonth, CountedHour, QuarantinedEvent, RejectDay
from seats.services.retention import (
    RetentionResult,
    drop_old_events,
    forget_refusals,
    forget_rejects,
    next_month,
    partitions,
)
from seats.services.rollup import roll_up_usage
from seats.services.usage import make_usage_partitions, write_events
from seats.services.usage_events import EventRow
from seats.services.usage_import import UsageFile, import_usage
from tests.integration.usage.conftest import Client, event
from tests.services import admin_url

NOW = datetime.now(UTC)
THIS_MONTH = NOW.date().replace(day=1)


def months_ago(count: int) -> date:
    month = THIS_MONTH
    for _ in range(count):
        month = (month - timedelta(days=1)).replace(day=1)
    return month


OLD = months_ago(8)


def old_event(organization: Organization, event_id: str = "old") -> EventRow:
    return EventRow(
        organization_id=organization.pk,
        event_id=event_id,
        at=datetime(OLD.year, OLD.month, 15, 9, tzinfo=UTC),
        member="ben",
        kind="sign_in",
    )


def actions(organization: Organization) -> int:
    days = ActivityDay.objects.using("pipeline").filter(organization=organization)
    return sum(days.values_list("sign_ins", flat=True))


@pytest.fixture(autouse=True)
def old_month(committed: None) -> None:
    """The old month has its partition, and no other old one has anything in it."""
    drop_old_events(now=NOW)
    make_usage_partitions([OLD])


class TestMonth:
    def test_goes_when_it_is_counted_and_old_enough(self, acme: Organization) -> None:
        write_events([old_event(acme)])
        roll_up_usage(now=NOW)
        assert drop_old_events(now=NOW) == RetentionResult(dropped=1)
        assert OLD not in partitions()
        assert actions(acme) == 1
        # The months of the last 90 days are whole.
        kept = (NOW - timedelta(days=90)).date().replace(day=1)
        assert {kept, THIS_MONTH} <= set(partitions())

    def test_stays_while_an_event_of_it_is_not_counted(self, acme: Organization) -> None:
        write_events([old_event(acme)])
        assert drop_old_events(now=NOW) == RetentionResult(held=1)
        roll_up_usage(now=NOW)
        assert drop_old_events(now=NOW) == RetentionResult(dropped=1)

    def test_stays_while_an_event_of_it_is_put_aside(self, acme: Organization) -> None:
        write_events([old_event(acme)])
        roll_up_usage(now=NOW)
        aside = QuarantinedEvent.objects.using("pipeline").create(
            organization=acme, event_id="old", at=old_event(acme).at, reason="out of range"
        )
        assert drop_old_events(now=NOW) == RetentionResult(held=1)
        aside.state = QuarantinedEvent.State.DISCARDED
        aside.save()
        assert drop_old_events(now=NOW) == RetentionResult(dropped=1)

    def test_stays_while_somebody_reads(self, acme: Organization) -> None:
        name = connections["pipeline"].settings_dict["NAME"]
        with psycopg.connect(admin_url, dbname=name) as reader:
            reader.execute("SELECT count(*) FROM seats_usageevent")
            assert drop_old_events(now=NOW) == RetentionResult(busy=1)
        assert drop_old_events(now=NOW) == RetentionResult(dropped=1)

    def test_is_kept_as_long_as_is_configured(self, settings: Any) -> None:
        settings.USAGE_RAW_DAYS = (NOW.date() - next_month(OLD)).days + 1
        assert drop_old_events(now=NOW) == RetentionResult()
        settings.USAGE_RAW_DAYS -= 1
        assert drop_old_events(now=NOW) == RetentionResult(dropped=1)

    def test_cannot_be_dropped_young_whatever_is_configured(self, settings: Any) -> None:
        settings.USAGE_RAW_DAYS = -40
        with pytest.raises(DataError, match="too young"):
            drop_old_events(now=NOW)
        assert THIS_MONTH in partitions()


class TestClosedMonth:
    def test_takes_no_event_twice(
        self, product: Client, acme: Organization, other: Organization, tmp_path: Any
    ) -> None:
        sent = event(acme, id="once", kind="sign_in", at=old_event(acme).at.isoformat())
        del sent["feature"]
        assert product.report(sent).json()["accepted"] == 1
        roll_up_usage(now=NOW)
        assert drop_old_events(now=NOW) == RetentionResult(dropped=1)

        answer = product.report(sent, event(acme)).json()
        assert answer["accepted"] == 1
        (refusal,) = answer["rejected"]
        assert (refusal["index"], refusal["field"], refusal["code"]) == (0, "at", "month_closed")

        file = tmp_path / "usage.csv"
        file.write_text(
            "id,organization,member,at,kind\n"
            f"once,{acme.external_id},ben,{sent['at']},sign_in\n"
            f"first,{other.external_id},ben,{sent['at']},sign_in\n"
        )
        rejected: list[Any] = []
        with UsageFile(file) as usage:
            result = import_usage(
                usage,
                organization=None,
                create_organizations=False,
                actor=SYSTEM,
                now=NOW,
                on_rejected=rejected.append,
            )
        # Nothing of the other organization was let go: its history can still be imported.
        assert (result.accepted, [line.code for line in rejected]) == (1, ["month_closed"])
        roll_up_usage(now=NOW)
        assert (actions(acme), actions(other)) == (1, 1)
        assert list(
            ClosedMonth.objects.using("pipeline")
            .filter(organization__in=[acme, other])
            .values_list("organization_id", "month")
        ) == [(acme.pk, OLD)]


class TestFigures:
    def test_of_operations_are_forgotten_later(self, acme: Organization) -> None:
        for days in (399, 401):
            RejectDay.objects.using("pipeline").create(
                organization=acme, day=(NOW - timedelta(days=days)).date(), code="empty", events=1
            )
        for days in (89, 91):
            CountedHour.objects.using("pipeline").create(
                organization=acme, hour=NOW - timedelta(days=days), events=1
            )
        assert forget_rejects(now=NOW) == 1
        assert forget_refusals(now=NOW) == 1
