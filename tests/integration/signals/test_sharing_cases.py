"""Cases of shared accounts: what the admin sees and answers, and what follows from it."""

import csv
from datetime import timedelta
from io import StringIO
from math import floor
from typing import Any

import pytest
from django.test import Client

from accounts.models import HistoryEntry, Membership, Organization, User
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.domain.privacy import Visibility
from seats.models import AccessMeasure, OrganizationChange
from seats.services.privacy import choose_visibility
from seats.services.seats import change_purchased_seats
from signals.domain.evidence import EvidenceCode
from signals.models import (
    SharingCase,
    SharingDay,
    SharingLabel,
    SharingOverview,
    SharingPolicy,
    SharingScore,
    Signal,
)
from signals.selectors.detector_words import shared_kind_words
from signals.services.scan import scan
from signals.services.sharing_answers import answer_case, choose_sharing_policy
from signals.services.sharing_scoring import score_due
from tests.integration.signals.test_sharing import EVENTS, NOW, WORLD, report, take_in
from tests.support.people import make_membership, make_organization, make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def lago() -> Organization:
    organization = make_organization("lago")
    report(organization, EVENTS)
    take_in()
    score_due(now=NOW, whatever=True)
    return organization


@pytest.fixture
def ada(lago: Organization) -> User:
    user = make_user("ada")
    make_membership(lago, user=user, role="admin")
    return user


def cases(organization: Organization) -> list[SharingCase]:
    with organization_context(organization.pk):
        return list(SharingCase.objects.select_related("membership"))


def answered(organization: Organization, answer: str, **options: Any) -> SharingCase:
    return answer_case(
        organization_id=organization.pk,
        case_id=cases(organization)[0].pk,
        answer=SharingCase.Answer(answer),
        actor=SYSTEM,
        now=NOW,
        **options,
    )


def again(organization: Organization, days: int = 1) -> None:
    with organization_context(organization.pk):
        SharingOverview.objects.update(changed_at=NOW)
    score_due(now=NOW + timedelta(days=days), whatever=True)


class TestTheCase:
    def test_says_what_was_seen_without_a_place(self, lago: Organization, ada: User) -> None:
        client = Client()
        client.force_login(ada)
        listed = client.get("/o/lago/sharing/").content.decode()
        for case in cases(lago):
            assert case.membership.display_name in listed
            assert WORLD.truth[case.membership.external_id].shared
        case = cases(lago)[0]
        shown = client.get(f"/o/lago/sharing/{case.pk}/").content.decode()
        assert "Looks like at least" in shown
        assert "site A" in shown
        assert f"/o/lago/sharing/{case.pk}/people/" in shown
        assert "10.0." not in shown
        assert EVENTS[0]["device_id"] not in shown

    def test_is_closed_by_a_press_and_stays_closed(self, lago: Organization, ada: User) -> None:
        client = Client()
        client.force_login(ada)
        case = cases(lago)[0]
        address = f"/o/lago/sharing/{case.pk}/answer/"
        assert client.post(address, {"answer": "device_is_mine"}).status_code == 422
        assert client.post(address, {"answer": "one_person"}).status_code == 302
        assert client.post(address, {"answer": "role_account"}).status_code == 422
        again(lago)
        with organization_context(lago.pk):
            assert [c.state for c in SharingCase.objects.filter(membership=case.membership)] == [
                "answered"
            ]
            label = SharingLabel.objects.get()
            assert (label.answer, label.is_shared) == ("one_person", False)
            assert label.amounts
            assert HistoryEntry.objects.filter(verb="sharing_case_answered").count() == 1

    def test_opens_again_when_twice_as_much_speaks_for_it(self, lago: Organization) -> None:
        case = answered(lago, "one_person")
        with organization_context(lago.pk):
            SharingCase.objects.filter(pk=case.pk).update(weight_at_answer=0.1)
        again(lago)
        states = [c.state for c in cases(lago) if c.membership_id == case.membership_id]
        assert sorted(states) == ["answered", "open"]

    def test_of_a_role_account_ends_the_watching(self, lago: Organization) -> None:
        case = answered(lago, "role_account")
        with organization_context(lago.pk):
            assert Membership.objects.get(pk=case.membership_id).kind == Membership.Kind.ROLE
            assert not SharingDay.objects.filter(membership=case.membership_id).exists()
        again(lago)
        with organization_context(lago.pk):
            assert not SharingScore.objects.filter(membership=case.membership_id).exists()

    def test_leaves_out_a_device_that_belongs_to_the_person(self, lago: Organization) -> None:
        case = cases(lago)[0]
        before = case.probability
        answered(lago, "device_is_mine", devices=[2, 3, 4, 5, 6, 7, 8])
        again(lago)
        with organization_context(lago.pk):
            score = SharingScore.objects.filter(membership=case.membership_id).first()
        assert score is None or score.probability < before


class TestTheOrganization:
    def test_has_a_signal_of_kinds_and_counts(self, lago: Organization) -> None:
        with organization_context(lago.pk):
            change_purchased_seats(organization_id=lago.pk, seats_after=10, actor=SYSTEM, now=NOW)
        # The scan is told that there is a score.
        news = OrganizationChange.objects.using("pipeline").filter(topic="signals")
        assert news.filter(organization=lago).exists()
        scan(now=NOW)
        with organization_context(lago.pk):
            signal = Signal.objects.get(kind="sharing")
            assert signal.task is not None
            assert signal.task.play == "convert_sharing"
        codes = [evidence["code"] for evidence in signal.evidence]
        assert codes[0] == EvidenceCode.SHARED_SIGN_INS
        assert EvidenceCode.SHARED_KIND in codes

    def test_that_shows_totals_only_is_not_watched(self, lago: Organization, ada: User) -> None:
        choose_visibility(
            organization_id=lago.pk, visibility=Visibility.TOTALS, actor=SYSTEM, now=NOW
        )
        with organization_context(lago.pk):
            for model in (SharingDay, SharingScore, SharingCase, SharingOverview):
                assert not model._default_manager.exists()
        client = Client()
        client.force_login(ada)
        assert client.get("/o/lago/sharing/").status_code == 404
        report(lago, [EVENTS[0] | {"id": "late"}])
        take_in()
        with organization_context(lago.pk):
            assert not SharingDay.objects.exists()

    def test_is_seen_by_the_vendor_s_people_as_kinds_and_counts(self, lago: Organization) -> None:
        with organization_context(lago.pk):
            overview = SharingOverview.objects.get()
        client = Client()
        client.force_login(make_user("max", vendor_role="vendor_admin"))
        shown = client.get("/vendor/accounts/lago/").content.decode()
        kind, accounts = max(overview.kinds.items(), key=lambda each: (each[1], each[0]))
        assert shared_kind_words(kind, accounts).capitalize() in shown
        assert f"{overview.counted} accounts look shared" in shown
        assert "site A" not in shown
        table = client.get("/vendor/portfolio.csv").content.decode()
        (line,) = csv.DictReader(StringIO(table.removeprefix("\ufeff")))
        # Nobody has a seat: who works without one, and who works on somebody else's account.
        sharers = floor(overview.expected_unpaid + 0.5)
        assert sharers >= 1
        assert line["Estimated sharers"] == str(sharers)
        assert int(line["Unpaid adoption"]) == int(line["Without a seat"]) + sharers

    def test_counts_its_cases_on_the_page_of_people(self, lago: Organization, ada: User) -> None:
        client = Client()
        client.force_login(ada)
        count = f'<span class="filter-count">{len(cases(lago))}</span>'
        link = "/o/lago/sharing/"
        shown = client.get("/o/lago/people/").content.decode()
        assert count in shown.split(link)[1].split("</a>")[0]
        with organization_context(lago.pk):
            SharingCase.objects.all().delete()
        assert f'href="{link}"' not in client.get("/o/lago/people/").content.decode()


class TestThePolicy:
    def test_asks_nothing_until_the_organization_chose(self, lago: Organization) -> None:
        with organization_context(lago.pk):
            assert not AccessMeasure.objects.exists()
        likeliest = {c.membership_id for c in cases(lago) if c.probability >= 0.9}
        assert likeliest
        choose_sharing_policy(
            organization_id=lago.pk, measure=SharingPolicy.Measure.STEP_UP, actor=SYSTEM, now=NOW
        )
        with organization_context(lago.pk):
            asked = AccessMeasure.objects.values_list("membership_id", "action")
            assert set(asked) == {(member, "step_up") for member in likeliest}
        choose_sharing_policy(
            organization_id=lago.pk, measure=SharingPolicy.Measure.OFF, actor=SYSTEM, now=NOW
        )
        with organization_context(lago.pk):
            assert not AccessMeasure.objects.exists()

    def test_is_changed_on_the_page(self, lago: Organization, ada: User) -> None:
        client = Client()
        client.force_login(ada)
        address = "/o/lago/sharing/policy/"
        assert client.post(address, {"measure": "cap", "sessions": "0"}).status_code == 422
        assert client.post(address, {"measure": "cap", "sessions": "3"}).status_code == 302
        with organization_context(lago.pk):
            assert SharingPolicy.objects.get().sessions == 3
            assert set(AccessMeasure.objects.values_list("sessions", flat=True)) == {3}
