"""Outcomes: recorded, corrected and deleted with history, against a baseline, on page and API."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Department, HistoryEntry, Organization, User
from accounts.selectors.history import history_line
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from seats.domain.outcomes import OutcomeKind
from seats.models import Feature, OutcomeBaseline, OutcomeDay, OutcomeEntry
from seats.selectors.outcomes import outcome_table
from seats.services.outcomes import OutcomeFacts, OutcomeNotPossible, record_outcome, set_baseline
from tests.integration.seats.conftest import NOW
from tests.support.people import make_api_key, make_membership, make_organization

TODAY = NOW.date()
SINCE = TODAY - timedelta(days=29)  # thirty days


@pytest.fixture
def marketing(acme: Organization) -> Department:
    with organization_context(acme.pk):
        return Department.objects.create(organization=acme, name="Marketing")


def hours(amount: str, department: Department | None = None, **facts: Any) -> OutcomeFacts:
    days = {"starts_on": SINCE, "ends_on": TODAY} | facts
    return OutcomeFacts(
        kind=OutcomeKind.TIME_SAVED,
        amount=Decimal(amount),
        department_id=department.pk if department else None,
        **days,
    )


@pytest.fixture
def reported(acme: Organization, ada: User, marketing: Department) -> Organization:
    """Marketing: 12 hours reported and 60 recorded; 8 hours recorded for the whole; a baseline."""
    eva = make_membership(acme, external_id="eva", department=marketing)
    actor = Actor.of(ada)
    with organization_context(acme.pk):
        editor = Feature.objects.create(organization=acme, name="editor")
        for day, value in ((TODAY, 10), (SINCE, 2), (SINCE - timedelta(days=1), 100)):
            OutcomeDay.objects.create(
                organization=acme, day=day, membership=eva, feature=editor, kind="time_saved",
                events=1, value=value,
            )  # fmt: skip
    earlier: dict[str, Any] = {
        "starts_on": SINCE - timedelta(days=9),
        "ends_on": SINCE - timedelta(days=1),
    }
    for facts in (hours("60", marketing), hours("8"), hours("99", **earlier)):
        record_outcome(organization_id=acme.pk, facts=facts, actor=actor, now=NOW)
    # 120 hours in 60 days before are 60 in the thirty that are shown.
    before: dict[str, Any] = {
        "starts_on": SINCE - timedelta(days=60),
        "ends_on": SINCE - timedelta(days=1),
    }
    set_baseline(
        organization_id=acme.pk, facts=hours("120", marketing, **before), actor=actor, now=NOW
    )
    return acme


class TestOutcomesOfAPeriod:
    def test_add_up_what_was_reported_and_recorded_against_the_scaled_baseline(
        self, reported: Organization, marketing: Department
    ) -> None:
        with organization_context(reported.pk):
            table = outcome_table(organization_id=reported.pk, starts_on=SINCE, ends_on=TODAY)
        whole, of_marketing, rest = table.rows
        assert [float(row.value) for row in table.rows] == [80, 72, 8]
        assert (whole.is_whole, of_marketing.department, rest.is_rest) == (True, marketing, True)
        assert of_marketing.standing is not None
        assert of_marketing.standing.change == Fraction(12, 60)
        assert whole.standing is None

    def test_show_no_small_department_where_only_totals_are_shown(
        self, reported: Organization
    ) -> None:
        with organization_context(reported.pk):
            Organization.objects.filter(pk=reported.pk).update(usage_visibility="totals")
            table = outcome_table(organization_id=reported.pk, starts_on=SINCE, ends_on=TODAY)
        assert [(row.department, float(row.value)) for row in table.rows] == [(None, 80)] * 2


class TestRecording:
    @pytest.mark.parametrize(
        ("facts", "about"),
        [
            (hours("1", starts_on=TODAY, ends_on=SINCE), "ends_on"),
            (hours("1", ends_on=TODAY + timedelta(days=1)), "ends_on"),
            (hours("1", starts_on=TODAY - timedelta(days=366)), "ends_on"),
            (hours("-1"), "amount"),
        ],
    )
    def test_refuses_what_makes_no_sense_beside_its_cause(
        self, facts: OutcomeFacts, about: str, acme: Organization, ada: User
    ) -> None:
        with pytest.raises(OutcomeNotPossible) as refusal:
            record_outcome(organization_id=acme.pk, facts=facts, actor=Actor.of(ada), now=NOW)
        assert refusal.value.details["about"] == about

    def test_refuses_a_department_of_another_organization(
        self, acme: Organization, ada: User
    ) -> None:
        other = make_organization("other")
        with organization_context(other.pk):
            theirs = Department.objects.create(organization=other, name="Sales")
        with pytest.raises(OutcomeNotPossible):
            record_outcome(
                organization_id=acme.pk, facts=hours("1", theirs), actor=Actor.of(ada), now=NOW
            )

    def test_changing_and_deleting_leave_what_was_in_the_history(
        self, acme: Organization, ada: User, marketing: Department, client: Client
    ) -> None:
        client.force_login(ada)
        page = f"/o/{acme.slug}/usage/outcomes/"
        said = {
            "kind": "projects", "department": marketing.pk, "starts_on": SINCE, "ends_on": TODAY,
            "amount": "3", "unit": "", "note": "The relaunch",
        }  # fmt: skip
        assert client.post(f"{page}new/", said | {"ends_on": "2020-01-01"}).status_code == 422
        assert client.post(f"{page}new/", said).status_code == 302
        with organization_context(acme.pk):
            entry = OutcomeEntry.objects.get()
        assert client.post(f"{page}{entry.pk}/change/", said | {"amount": "4"}).status_code == 302
        assert "The relaunch" in client.get(page).text
        assert client.post(f"{page}{entry.pk}/delete/").status_code == 302
        assert "The relaunch" not in client.get(page).text
        with organization_context(acme.pk):
            lines = [
                history_line(each)
                for each in HistoryEntry.objects.filter(verb__startswith="outcome_").order_by("id")
            ]
        assert [line.title.split(" ")[1] for line in lines] == ["recorded", "changed", "deleted"]
        assert "Amount: from 3 projects to 4 projects." in lines[1].text
        assert "The relaunch" in lines[2].text

    def test_a_baseline_takes_the_place_of_the_one_before_and_can_be_removed(
        self, reported: Organization, ada: User, marketing: Department, client: Client
    ) -> None:
        client.force_login(ada)
        page = f"/o/{reported.slug}/usage/outcomes/"
        said = {"kind": "time_saved", "department": marketing.pk, "amount": "30"}
        days = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 3, 31)}
        assert client.post(f"{page}baseline/", said | days).status_code == 302
        with organization_context(reported.pk):
            baseline = OutcomeBaseline.objects.get()
        assert str(baseline) == "30 hours"
        assert client.post(f"{page}baseline/{baseline.pk}/remove/").status_code == 302
        assert "less than" not in client.get(page).text

    def test_a_role_that_may_not_read_usage_may_not_record(
        self, acme: Organization, ben: User, client: Client
    ) -> None:
        client.force_login(ben)
        assert client.get(f"/o/{acme.slug}/usage/outcomes/").status_code == 403
        assert client.post(f"/o/{acme.slug}/usage/outcomes/new/").status_code == 403


class TestApi:
    def test_records_once_for_each_reference_and_reads_what_the_page_shows(
        self, reported: Organization, ada: User, client: Client
    ) -> None:
        api = APIClient(HTTP_AUTHORIZATION=f"Bearer {make_api_key(reported)}")
        address = f"/api/v1/organizations/{reported.external_id}/outcomes"
        said = {
            "kind": "quality", "department": "marketing", "first_day": SINCE.isoformat(),
            "last_day": TODAY.isoformat(), "amount": "91.5", "reference": "survey-7",
        }  # fmt: skip
        first = api.post(address, said, format="json")
        again = api.post(address, said | {"amount": "1"}, format="json")
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        wrong = api.post(address, said | {"department": "Nowhere"}, format="json")
        assert (wrong.status_code, wrong.json()["about"]) == (422, "department")
        found = api.get(address, {"first_day": SINCE.isoformat(), "last_day": TODAY.isoformat()})
        quality, *_rest = found.json()["outcomes"]
        assert (quality["scope"], quality["amount"], quality["unit"]) == (
            *("organization", "91.50", "points"),
        )
        hours_of_marketing = found.json()["outcomes"][3]
        assert hours_of_marketing["against_baseline"] == {
            "baseline": "60.00", "difference": "12.00", "change": 0.2,
        }  # fmt: skip
        client.force_login(ada)
        lines = client.get(f"/o/{reported.slug}/usage/outcomes.csv?period=year").content.decode()
        assert "Time saved,Marketing" in lines
