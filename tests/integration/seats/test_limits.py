"""A soft limit counts, tells and ends; switching shows what it does and can be taken back."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.domain.roles import StaffScope
from accounts.models import Organization, User
from accounts.services.history import SYSTEM
from accounts.templatetags.headroom import longdate
from accounts.tenancy import organization_context, staff_context
from seats.domain.limits import AtEnd, LimitMode, LimitPolicy
from seats.hooks import TrueUpOutlook, answer_true_ups
from seats.models import LimitChange, SeatAssignment, SeatPool
from seats.services.limits import (
    LimitNotPossible,
    NothingToUndo,
    begin_with_default_limit,
    default_limit,
    set_default_limit,
    undo_limit_change,
    work_overage,
)
from seats.services.seats import SeatLimitReached, release_seat
from tests.integration.seats.conftest import NOW, SOFT, Seats
from tests.support.people import make_api_key, make_user

END = NOW + timedelta(days=14)
SECOND = timedelta(seconds=1)
# The job reads all organizations by another connection, so its tests commit.
committed = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def over(seats: Seats, ada: User) -> Seats:
    """Acme with four people on three seats, lent until END."""
    seats.purchase(3)
    seats.limit()
    for person in seats.people(4):
        seats.assign(person)
    return seats


class TestASoftLimit:
    def test_lends_seats_until_the_allowance_is_used_up(self, over: Seats) -> None:
        fifth, sixth = over.people(2, "q")
        over.assign(fifth, NOW + timedelta(days=3))
        assert over.pool().overage_until == END
        with pytest.raises(SeatLimitReached) as refusal:
            over.assign(sixth, NOW + timedelta(days=3))
        assert refusal.value.details["missing_seats"] == 3
        assert refusal.value.details["reason"] == "overage_seats_used_up"

    def test_is_ended_by_a_purchase(self, over: Seats) -> None:
        over.purchase(4)
        pool = over.pool()
        assert (pool.limit, pool.overage_since, pool.overage_until) == ("soft", None, None)

    @committed
    def test_closes_at_its_end_and_nobody_loses_a_seat(self, over: Seats) -> None:
        assert work_overage(now=END - SECOND).converted == 0
        assert work_overage(now=END).converted == 1
        pool = over.pool()
        assert (pool.limit, pool.assigned_seats, pool.kept_seats) == ("closed", 4, 1)
        (fifth,) = over.people(1, "q")
        with pytest.raises(SeatLimitReached) as refusal:
            over.assign(fifth, END + SECOND)
        assert refusal.value.details["reason"] == "overage_time_ran_out"
        with organization_context(over.id):
            holder = SeatAssignment.objects.order_by("pk")[0].membership_id
        release_seat(organization_id=over.id, membership_id=holder, actor=SYSTEM, now=END)
        # Three sit on three purchased seats: the limit is a hard one.
        assert over.pool().limit == "hard"

    def test_refuses_at_its_second_whether_the_job_has_run_or_not(self, over: Seats) -> None:
        (fifth,) = over.people(1, "q")
        with pytest.raises(SeatLimitReached):
            over.assign(fifth, END)
        over.assign(fifth, END - SECOND)

    @pytest.mark.usefixtures("with_true_ups")
    def test_becomes_a_charge_of_the_true_up_where_that_is_agreed(self, over: Seats) -> None:
        over.limit(replace(SOFT, at_end=AtEnd.TRUE_UP))
        (fifth,) = over.people(1, "q")
        over.assign(fifth, END + SECOND)
        pool = over.pool()
        assert (pool.limit, pool.assigned_seats, pool.overage_until) == ("true_up", 5, None)

    def test_closes_when_the_true_ups_are_gone_by_then(self, over: Seats) -> None:
        take_back = answer_true_ups(lambda **_: TrueUpOutlook(on=END.date()))
        over.limit(replace(SOFT, at_end=AtEnd.TRUE_UP))
        take_back()
        over.purchase(3, END)
        assert over.pool().limit == "closed"

    @committed
    def test_mails_a_week_a_day_and_the_end_once_each(self, over: Seats) -> None:
        moments = [-8, -7, -6.5, -1, -0.5, 0, 1]
        told = []
        for days in moments:
            for _repetition in range(2):
                work_overage(now=END + timedelta(days=days))
            told.append(len(mail.outbox))
        assert told == [0, 1, 1, 2, 2, 3, 3]
        assert mail.outbox[0].to == ["ada@example.com"]
        assert "lent until" in mail.outbox[0].subject
        assert "is over" in mail.outbox[2].subject

    def test_is_held_by_the_database(self, over: Seats) -> None:
        for wrong in (
            {"assigned_seats": 6},
            {"limit": "hard", "overage_until": None},
            {"limit": "closed", "overage_until": None, "kept_seats": 0},
            {"limit": "true_up"},
        ):
            with (
                pytest.raises(IntegrityError),
                organization_context(over.id),
                transaction.atomic(),
            ):
                SeatPool.objects.update(**wrong)


class TestSwitching:
    def test_to_hard_keeps_who_sits_and_can_be_taken_back(self, over: Seats) -> None:
        change = over.limit(LimitPolicy(LimitMode.HARD))
        assert over.pool().limit == "closed"
        undo_limit_change(
            organization_id=over.id, change_id=change.pk, actor=SYSTEM, now=NOW + SECOND
        )
        assert (over.pool().limit, over.pool().overage_until) == ("soft", END)
        assert over.verbs()[-2:] == ["limit_changed_by_vendor", "limit_changed_by_undo"]
        with pytest.raises(NothingToUndo):
            undo_limit_change(organization_id=over.id, change_id=change.pk, actor=SYSTEM, now=NOW)

    @pytest.mark.parametrize(
        ("policy", "about"),
        [
            (LimitPolicy(LimitMode.CLOSED), "limit"),
            (LimitPolicy(LimitMode.SOFT, 0, 14), "allowance_seats"),
            (LimitPolicy(LimitMode.SOFT, 2, 0), "allowance_days"),
            (LimitPolicy(LimitMode.TRUE_UP, 2), "limit"),
            (replace(SOFT, at_end=AtEnd.TRUE_UP), "at_end"),
        ],
    )
    def test_refuses_what_makes_no_sense_or_needs_true_ups(
        self, seats: Seats, policy: LimitPolicy, about: str
    ) -> None:
        with pytest.raises(LimitNotPossible) as refusal:
            seats.limit(policy)
        assert refusal.value.details["about"] == about

    def test_a_plan_begins_with_its_default_until_somebody_sets_a_limit(self, seats: Seats) -> None:
        for plan, segment, lent in (("team", "", 3), ("team", "self_service", 1), ("", "", 9)):
            with staff_context(user_id=0, scope=StaffScope.ALL):
                set_default_limit(
                    plan_code=plan,
                    segment=segment,
                    policy=replace(SOFT, overage_seats=lent),
                    actor=SYSTEM,
                    now=NOW,
                )

        def begin() -> int:
            begin_with_default_limit(
                organization_id=seats.id, plan_code="team", actor=SYSTEM, now=NOW
            )
            return seats.pool().allowance_seats

        assert begin() == 1
        seats.limit(replace(SOFT, overage_seats=5))
        assert begin() == 5


class TestPages:
    def test_of_the_vendor_show_what_a_limit_does_before_it_is_set(
        self, over: Seats, priced: None, with_true_ups: None
    ) -> None:
        client = Client()
        client.force_login(make_user("fin", vendor_role="finance"))
        page = "/vendor/organizations/acme/seat-limit/"
        shown = client.get(page, {"limit": "hard"}).text
        assert "1 person sits beyond the purchased seats." in shown
        assert "They keep their seats" in shown
        assert "€50.00" in shown
        assert "€40.00" in shown
        assert over.pool().limit == "soft"
        assert client.post(page, {"limit": "hard", "reason": " "}).status_code == 422
        set_page = client.post(page, {"limit": "hard", "reason": "The pilot is over"}, follow=True)
        assert "The limit of Acme is closed" in set_page.text
        with organization_context(over.id):
            change = LimitChange.objects.latest("pk")
        client.post(f"{page}{change.pk}/undo/")
        assert over.pool().limit == "soft"

    def test_of_the_vendor_set_what_a_plan_begins_with(self, seats: Seats) -> None:
        client = Client()
        client.force_login(make_user("olga", vendor_role="vendor_admin"))
        page = "/vendor/policies/seat-limits/"
        given = {"limit": "soft", "allowance_seats": 3, "segment": "", "plan": ""}
        assert client.post(page, given).status_code == 422
        shown = client.post(page, given | {"allowance_days": 14}, follow=True).text
        assert "Up to 3 seats beyond the purchased ones are lent" in shown
        begin_with_default_limit(organization_id=seats.id, plan_code="x", actor=SYSTEM, now=NOW)
        assert (seats.pool().limit, seats.pool().allowance_days) == ("soft", 14)
        # Removed, it is nobody's beginning any more; who has begun with it keeps it.
        (remove,) = re.findall(r'action="(/vendor/policies/seat-limits/\d+/remove/)"', shown)
        assert "Who has begun with this limit keeps it." in client.post(remove, follow=True).text
        assert client.post(remove).status_code == 404
        assert default_limit(plan_code="x", segment="").mode is LimitMode.HARD
        assert (seats.pool().limit, seats.pool().allowance_days) == ("soft", 14)

    def test_of_the_customer_count_the_days_on_every_screen(self, over: Seats, ada: User) -> None:
        client = Client()
        client.force_login(ada)
        for page in ("people/", "requests/", "settings/"):
            shown = client.get(f"/o/acme/{page}").text
            assert "1 more seat is assigned than purchased." in shown
            assert longdate(END) in shown

    def test_a_full_limit_is_a_decision_that_is_noted(self, over: Seats, ada: User) -> None:
        client = Client()
        client.force_login(ada)
        answer = client.post("/o/acme/requests/decide/", {"decision": "reassign"})
        assert answer["Location"] == "/o/acme/people/?show=idle"
        assert over.verbs()[-1] == "limit_decided"


class TestTheApi:
    def test_notes_a_decision_at_a_full_limit(self, over: Seats) -> None:
        own = Client(headers={"Authorization": f"Bearer {make_api_key(over.organization)}"})
        address = "/api/v1/organizations/acme/limit/decision"
        assert own.post(address, {"decision": "shout"}, "application/json").status_code == 400
        noted = own.post(address, {"decision": "approval"}, "application/json").json()
        assert noted["page"].endswith("/o/acme/requests/purchases/new/?seats=1")
        assert over.verbs()[-1] == "limit_decided"

    def test_reads_and_sets_the_limit(self, over: Seats, priced: None) -> None:
        vendor = Client(headers={"Authorization": f"Bearer {make_api_key()}"})
        address = "/api/v1/organizations/acme/limit"
        read = vendor.get(address).json()
        assert (read["limit"], read["overage_until"]) == (
            "soft",
            END.isoformat().replace("+00:00", "Z"),
        )
        assert read["offer"]["price_now"] == {"minor": 5000, "currency": "EUR"}
        body = {"limit": "hard", "reason": "Agreed"}
        answer = vendor.post(f"{address}/changes", body, content_type="application/json")
        assert (answer.status_code, answer.json()["limit"]) == (201, "closed")
        wrong = {"limit": "soft", "allowance_seats": 2, "reason": "Agreed"}
        refused = vendor.post(f"{address}/changes", wrong, content_type="application/json")
        assert (refused.status_code, refused.json()["about"]) == (422, "allowance_days")

    def test_an_assignment_that_is_refused_carries_the_offer(
        self, seats: Seats, acme: Organization, priced: None
    ) -> None:
        seats.purchase(1)
        first, _second = seats.people(2)
        seats.assign(first)
        client = Client(headers={"Authorization": f"Bearer {make_api_key(acme)}"})
        answer = client.post(
            "/api/v1/organizations/acme/members/p1/seat", content_type="application/json"
        )
        body = answer.json()
        assert (answer.status_code, body["code"]) == (409, "seat_limit_reached")
        offer = body["offer"]
        assert (offer["missing_seats"], offer["price_now"]["minor"]) == (1, 5000)
        assert offer["purchase_url"].endswith("/o/acme/seats/add/?seats=1")
        assert offer["request_url"].endswith("/o/acme/ask/")
