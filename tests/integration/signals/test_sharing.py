"""Shared accounts, from the events of the public API to what the API answers."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client

from accounts.domain.roles import StaffScope
from accounts.models import Membership, Organization
from accounts.tenancy import organization_context, staff_context
from seats.selectors.distribution import broken_rules
from seats.services.rollup import roll_up_usage
from seats.services.usage import write_events
from seats.services.usage_events import Event, Reporter, decode_event, to_row
from signals.models import SharingCase, SharingDay, SharingOverview, SharingScore
from signals.selectors import sharing_rows
from signals.services.sharing_fill import fill_sharing, forget_days
from signals.services.sharing_scoring import score_due
from tests.sharing.climates import DAYS, FIRST_DAY, World
from tests.sharing.feed import events_of
from tests.sharing.worlds import population
from tests.support.people import make_api_key, make_organization

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LAST_DAY = date.fromordinal(FIRST_DAY + DAYS - 1)
WORLD = population(World("plain", organizations=1, shared=0.3, private=0.0), 12)
"""Eleven members, four of them shared; 1,498 events of 42 days that ended a month ago."""
EVENTS = [
    event
    for members in WORLD.organizations.values()
    for event in events_of("lago", [row for rows in members.values() for row in rows])
]


def report(organization: Organization, events: list[dict[str, Any]]) -> None:
    reporter = Reporter({organization.external_id: organization.pk})
    rows = []
    for event in events:
        decoded = decode_event(json.dumps(event).encode())
        assert isinstance(decoded, Event)
        rows.append(to_row(decoded, reporter=reporter, now=NOW))
    write_events(rows)


def take_in() -> None:
    roll_up_usage(now=NOW)
    fill_sharing(now=NOW)


def get(path: str, key: str, *, status: int = 200) -> Any:
    response = Client().get(
        f"/api/v1/signals/sharing{path}", headers={"Authorization": f"Bearer {key}"}
    )
    assert response.status_code == status, response.content
    return response.json()


def days_of(organization: Organization) -> list[tuple[Any, ...]]:
    with organization_context(organization.pk):
        return sorted(SharingDay.objects.values_list())


@pytest.fixture
def lago() -> Organization:
    return make_organization("lago")


@pytest.fixture
def scored(lago: Organization) -> Organization:
    report(lago, EVENTS)
    take_in()
    score_due(now=NOW, whatever=True)
    return lago


class TestThePath:
    def test_is_one_import_away(self, tmp_path: Path) -> None:
        file = tmp_path / "usage.jsonl"
        file.write_text("\n".join(json.dumps(event) for event in EVENTS))
        call_command("import_usage", str(file), create_organizations=True, stdout=StringIO())
        found = get("?organization=lago&min_probability=0.5", make_api_key())["results"]
        truly = {name for name, truth in WORLD.truth.items() if truth.shared}
        assert found
        assert {each["member"] for each in found} <= truly

    def test_does_not_hang_on_order_repetition_or_batches(self, lago: Organization) -> None:
        report(lago, EVENTS)
        take_in()
        forget_days(now=NOW)
        expected = days_of(lago)
        assert expected
        other = make_organization("aare")
        shuffled = [event | {"organization": "aare"} for event in EVENTS]
        random.Random(7).shuffle(shuffled)
        for start in (0, 700):
            report(other, shuffled[start : start + 900])
            take_in()
        forget_days(now=NOW)
        # The same days, minutes and facts; the keys are the other organization's own.
        plain = [(row[1], *row[3:4], *row[6:]) for row in expected]
        assert sorted(map(str, plain)) == sorted(
            str((row[1], *row[3:4], *row[6:])) for row in days_of(other)
        )
        assert not {row[4] for row in expected} & {row[4] for row in days_of(other)}

    def test_adds_up_what_one_batch_says_of_a_device_at_a_place(self, lago: Organization) -> None:
        first = EVENTS[0] | {"ip": "10.0.0.1", "at": "2026-10-01T00:02:00Z"}
        # The same prefix, an update of the browser, ten minutes later; and the first once more.
        agent = first["user_agent"].replace("Safari/", "Edg/") + " Edg/150.0"
        later = first | {"id": "2", "ip": "10.0.0.77", "at": "2026-10-01T00:12:00Z"}
        report(lago, [first, later | {"user_agent": agent}, first | {"id": "3"}])
        take_in()
        rows = days_of(lago)
        assert len({row[1] for row in rows}) == len(rows)
        for row in rows:
            assert [slot for slot, bit in enumerate(reversed(row[6])) if bit == "1"] == [0, 2]
        report(lago, [first | {"id": "4"}])
        take_in()
        assert days_of(lago) == rows

    def test_scores_a_large_organization_member_by_member(
        self, scored: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expected = get("", make_api_key())["results"]
        monkeypatch.setattr(sharing_rows, "_REMEMBERED_ROWS", 0)
        with organization_context(scored.pk):
            SharingScore.objects.all().delete()
            SharingOverview.objects.update(changed_at=NOW)
        score_due(now=NOW, whatever=True)
        found = get("", make_api_key())["results"]
        assert [each | {"case": ""} for each in found] == [each | {"case": ""} for each in expected]

    def test_keeps_no_address_and_no_agent(self, scored: Organization) -> None:
        text = str(days_of(scored))
        assert "Mozilla" not in text
        assert "10.0." not in text
        assert EVENTS[0]["device_id"] not in text

    def test_leaves_out_who_is_declared_to_be_no_single_person(self, lago: Organization) -> None:
        report(lago, EVENTS)
        roll_up_usage(now=NOW)
        shared = next(name for name, truth in WORLD.truth.items() if truth.shared)
        with organization_context(lago.pk):
            Membership.objects.filter(external_id=shared).update(kind=Membership.Kind.ROLE)
        fill_sharing(now=NOW)
        score_due(now=NOW, whatever=True)
        assert shared not in {s["member"] for s in get("", make_api_key())["results"]}

    def test_scores_live_usage_once_it_settled(self, lago: Organization) -> None:
        report(lago, EVENTS)
        take_in()
        assert score_due(now=NOW + timedelta(seconds=5)).organizations == 1
        report(lago, [max(EVENTS, key=lambda event: str(event["at"])) | {"id": "late"}])
        take_in()
        assert score_due(now=NOW + timedelta(minutes=1)).organizations == 0
        assert score_due(now=NOW + timedelta(minutes=6)).organizations == 1
        assert score_due(now=NOW + timedelta(minutes=12)).organizations == 0


class TestTheAnswer:
    def test_of_an_earlier_day_is_computed(self, scored: Organization) -> None:
        key = make_api_key(scored)
        then = LAST_DAY - timedelta(days=5)
        found = get(f"?as_of={then}", key)
        assert {s["scored_on"] for s in found["results"]} == {str(then)}
        assert get(f"?as_of={LAST_DAY}", key)["results"] == get("", key)["results"]
        refused = get(f"?as_of={then}", make_api_key(), status=400)
        assert refused["errors"][0]["field"] == "organization"
        assert get("?as_of=soon", key, status=400)["errors"][0]["field"] == "as_of"

    def test_comes_in_pages(self, scored: Organization) -> None:
        key = make_api_key()
        first = get("?limit=6", key)
        query = first["next"].split("/sharing")[1]
        members = [s["member"] for s in (*first["results"], *get(query, key)["results"])]
        assert members == [s["member"] for s in get("", key)["results"]]

    def test_is_the_organization_s_own(self, scored: Organization) -> None:
        key = make_api_key(make_organization("aare"))
        assert get("", key)["results"] == []
        get("?organization=lago", key, status=404)


class TestTheRows:
    def test_go_35_days_after_their_organization_s_last_day(self, scored: Organization) -> None:
        forget_days(now=NOW)
        days = {row[3] for row in days_of(scored)}
        assert (min(days), max(days)) == (LAST_DAY - timedelta(days=34), LAST_DAY)
        forget_days(now=NOW + timedelta(days=36))
        assert days_of(scored) == []
        with connections["pipeline"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM signals_sharingsecret")
            assert cursor.fetchone() == (0,)

    def test_keep_the_rules_of_a_cluster(self) -> None:
        with connections["owner"].cursor() as cursor:
            assert broken_rules(cursor, ["signals_sharingday"], with_policies=False) == []

    def test_are_read_by_nobody_of_the_vendor(self, scored: Organization) -> None:

        with staff_context(user_id=0, scope=StaffScope.ALL):
            assert not SharingDay.objects.exists()
            assert SharingScore.objects.exists()
        with staff_context(user_id=0, scope=StaffScope.PORTFOLIO, portfolio=[scored.pk]):
            assert not SharingScore.objects.exists()
            assert not SharingCase.objects.exists()
            assert SharingOverview.objects.get().is_alert
