"""Finance answers, waives, returns and signs; who is removed comes back with the charge."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import DomainError
from accounts.models import Membership
from billing.domain.ledger import Cause
from seats.hooks import charge_of_return
from seats.models import SeatAssignment, SeatPool
from seats.services.people import undo_assignment
from tests.integration.trueups.conftest import DAY, START, Acme
from tests.integration.trueups.test_review import END, TEN, UNTIL, decide, under_review
from tests.support.people import make_api_key
from trueups.models import LockOut, TrueUp, TrueUpLine
from trueups.services import finance, lock_outs, removal, review, signing
from trueups.services.errors import NotWithFinance, ReactivationNotPossible, SigningNotPossible
from trueups.services.snapshots import take_snapshot

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

NOW = UNTIL + DAY


def with_finance(acme: Acme, *removed: int) -> TrueUp:
    true_up = under_review(acme)
    if removed:
        decide(acme, true_up, "remove", *[acme.people[n] for n in removed])
    review.end_reviews(now=UNTIL)
    return acme.true_up("2026-Q1")


def sign(acme: Acme, true_up: TrueUp, total: int, now: datetime = NOW) -> TrueUp:
    return signing.mark_signed(
        organization_id=acme.id,
        true_up_id=true_up.pk,
        expected_total_minor=total,
        actor=acme.finance,
        now=now,
    )


def settle(acme: Acme, true_up: TrueUp, now: datetime = NOW) -> None:
    """What the settlement does once Stripe has agreed to every line."""
    known: dict[str, Any] = {"organization_id": acme.id, "true_up_id": true_up.pk, "now": now}
    signing.mark_settling(**known)
    with acme.context():
        lines = {line.kind: line.seats_delta for line in true_up.lines.filter(takes_effect="now")}
    acme.book(lines["overage"], now, Cause.TRUE_UP_OVERAGE)
    removal.release_removed_people(**known, actor=acme.finance)
    if lines.get("removal"):
        acme.book(lines["removal"], now, Cause.TRUE_UP_REMOVAL)
    for _ in range(2):
        signing.mark_settled(**known)


class TestSigning:
    def test_waits_for_disputes_and_for_the_total_that_was_read(self, acme: Acme) -> None:
        true_up = under_review(acme)
        given: dict[str, Any] = {"organization_id": acme.id, "true_up_id": true_up.pk}
        with acme.context():
            line = true_up.lines.get()
        dispute = review.dispute_line(
            **given, line_id=line.pk, text="Two of them left.", actor=acme.actor, now=END + DAY
        )
        with pytest.raises(NotWithFinance):
            sign(acme, true_up, TEN)
        review.end_reviews(now=UNTIL)
        with pytest.raises(SigningNotPossible, match="disputed"):
            sign(acme, true_up, TEN)
        finance.answer_dispute(
            **given, comment_id=dispute.pk, answer="Agreed.", actor=acme.finance, now=NOW
        )
        with pytest.raises(NotWithFinance, match="At most 10"):
            finance.waive_seats(**given, seats=11, reason="agreed", actor=acme.finance, now=NOW)
        waived = finance.waive_seats(
            **given, seats=2, reason="Two left.", actor=acme.finance, now=NOW
        )
        # Eight of ten: 8 x 75.3424... = 602.74.
        assert (waived.total_minor, waived.waived_by) == (60_274, acme.fin)
        with pytest.raises(SigningNotPossible, match="has changed"):
            sign(acme, true_up, TEN)
        signed = sign(acme, true_up, 60_274)
        assert (signed.state, signed.signed_by) == ("signed", acme.fin)
        acme.book(1, NOW + DAY)
        with acme.context():
            assert true_up.lines.get().amount_minor == 60_274
        signing.take_signature_back(**given, reason="Too many.", actor=acme.actor, now=NOW + DAY)
        assert acme.true_up("2026-Q1").signed_at is None
        # One was bought meanwhile: seven are left, 7 x 75.3424... = 527.40.
        assert sign(acme, true_up, 52_740, NOW + DAY).state == "signed"

    def test_goes_quarter_by_quarter_and_charges_nothing_twice(self, acme: Acme) -> None:
        first = with_finance(acme)
        later = datetime(2026, 7, 1, tzinfo=UTC)
        acme.beat(END)
        acme.beat(later)
        second = acme.true_up("2026-Q2")
        # The same ten; they wait for the signature of the first quarter. 110 people did nothing.
        assert (second.overage_seats, second.total_minor) == (0, 0)
        review.end_reviews(now=later + 16 * DAY)
        with pytest.raises(SigningNotPossible, match="2026-Q1 comes first"):
            sign(acme, second, 0, later + 20 * DAY)
        sign(acme, first, TEN, later + 20 * DAY)
        settle(acme, first, later + 20 * DAY)
        assert sign(acme, second, 0, later + 21 * DAY).state == "signed"

    def test_a_returned_one_is_reviewed_again(self, acme: Acme) -> None:
        true_up = with_finance(acme)
        finance.return_to_customer(
            organization_id=acme.id,
            true_up_id=true_up.pk,
            reason="Please look at the three once more.",
            days=5,
            actor=acme.finance,
            now=NOW,
        )
        returned = decide(acme, true_up, "remove", acme.people[0], now=NOW + DAY)
        assert (returned.state, returned.total_minor) == ("returned", TEN - 7_534)
        assert returned.review_until == datetime(2026, 4, 23, tzinfo=UTC)
        with acme.context():
            steps = set(true_up.notices.values_list("step", flat=True))
        assert steps == {"review", "returned-1"}


class TestRemoval:
    def test_takes_the_seats_and_brings_the_charge_back_to_the_cent(self, acme: Acme) -> None:
        true_up = with_finance(acme, 0, 1)
        # 2 x 75.3424... = 150.68: 75.34 each.
        sign(acme, true_up, TEN - 15_068)
        settle(acme, true_up)
        with acme.context():
            pool = SeatPool.objects.get()
            assert (pool.purchased_seats, pool.assigned_seats) == (108, 108)
            assert list(LockOut.objects.values_list("seats", "credit_minor")) == [(1, 7_534)] * 2
        gone, other = acme.people[:2]
        asked: dict[str, Any] = {"organization_id": acme.id, "membership_id": gone.pk}
        with acme.context():
            shown = charge_of_return(**asked, now=NOW + DAY)
            assert shown is not None
            assert (shown.minor, shown.until) == (7_534, NOW + 30 * DAY)
            assert charge_of_return(**asked, now=NOW + 30 * DAY) is None

        acme.seat(gone, at=NOW + DAY)
        with acme.context():
            assert charge_of_return(**asked, now=NOW + DAY) is None
        undo_assignment(**asked, actor=acme.actor, now=NOW + DAY + timedelta(seconds=20))
        due = NOW + DAY + timedelta(minutes=5)
        [(organization_id, lock_out_id)] = lock_outs.due_reactivations(now=due)
        known: dict[str, Any] = {"organization_id": organization_id, "lock_out_id": lock_out_id}
        # Taken back at once: nothing is charged, and the lock-out runs on.
        assert lock_outs.confirm_return(**known, now=due) is None
        acme.seat(gone, at=NOW + 2 * DAY)
        charged = lock_outs.confirm_return(**known, now=NOW + 3 * DAY)
        assert charged is not None
        assert (charged.credit_minor, charged.seats, charged.is_seated) == (7_534, 1, True)
        lock_outs.mark_reactivation_settled(**known, now=NOW + 3 * DAY)
        assert lock_outs.due_reactivations(now=NOW + 4 * DAY) == []
        with acme.context():
            assert charge_of_return(**asked, now=NOW + 4 * DAY) is None

        back = lock_outs.bring_back(
            organization_id=acme.id, membership_id=other.pk, actor=acme.actor, now=NOW + 5 * DAY
        )
        assert (back.is_seated, back.credit_minor) == (False, 7_534)
        with pytest.raises(ReactivationNotPossible):
            lock_outs.bring_back(
                organization_id=acme.id, membership_id=other.pk, actor=acme.actor, now=NOW + 5 * DAY
            )

    def test_below_the_commitment_waits_for_the_renewal(self, acme: Acme) -> None:
        acme.agree()
        acme.seat_many(acme.hire(100), START)
        acme.act(acme.people[2], END - DAY)
        acme.beat(START)
        acme.beat(END)
        true_up = acme.true_up("2026-Q1")
        removed = decide(acme, true_up, "remove", *acme.people[:2])
        with acme.context():
            [line] = removed.lines.all()
            assert (line.takes_effect, line.seats_from, line.seats_to) == ("renewal", 100, 98)
            assert removal.seats_planned_for_renewal(removed) == 98
        assert removed.total_minor == 0
        review.end_reviews(now=UNTIL)
        sign(acme, true_up, 0)
        removal.release_removed_people(
            organization_id=acme.id, true_up_id=true_up.pk, actor=acme.finance, now=NOW
        )
        acme.seat(acme.people[0], at=NOW + DAY)
        # Nothing was credited, so nothing comes back.
        assert lock_outs.due_reactivations(now=NOW + 2 * DAY) == []
        with acme.context():
            assert SeatAssignment.objects.filter(during__endswith__isnull=True).count() == 99


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Call everything at the same time, each on a connection of its own."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(10)
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


class TestRaces:
    def test_a_purchase_is_before_the_signature_or_after_it(self, acme: Acme) -> None:
        true_up = with_finance(acme)
        signed, _bought = at_once(lambda: sign(acme, true_up, TEN), lambda: acme.book(4, NOW))
        with acme.context():
            line = TrueUpLine.objects.get()
            total = line.amount_minor
        if isinstance(signed, SigningNotPossible):
            # The purchase came first: six are left, and finance reads the new total.
            assert sign(acme, true_up, 45_205).overage_seats == 6
        else:
            assert (line.seats_from, line.seats_to, total) == (100, 110, TEN)

    def test_two_snapshots_are_one_and_a_purchase_counts_once(self, acme: Acme) -> None:
        acme.agree()
        acme.seat_many(acme.hire(104), START)
        acme.beat(START)
        true_up = acme.true_up("2026-Q1")

        def snapshot() -> TrueUp:
            return take_snapshot(organization_id=acme.id, true_up_id=true_up.pk, now=END)

        at_once(snapshot, snapshot, lambda: acme.book(3, END))
        with acme.context():
            taken = TrueUp.objects.get(pk=true_up.pk)
            review.decide(
                organization_id=acme.id,
                true_up_id=taken.pk,
                membership_ids=[acme.people[0].pk],
                decision="keep",
                reason="stays",
                actor=acme.actor,
                now=END + DAY,
            )
            taken.refresh_from_db()
            assert (taken.overage_seats, taken.people.count()) == (1, 104)
            # One above 103: 75.34.
            assert taken.lines.get().amount_minor == 7_534


def removed_member(acme: Acme) -> Membership:
    member = acme.hire(1)[0]
    true_up = with_finance(acme)
    with acme.context():
        LockOut.objects.create(
            organization_id=acme.id,
            true_up=true_up,
            membership=member,
            removed_at=timezone.now(),
            until=timezone.now() + 30 * DAY,
            seats=1,
            credit_minor=7_534,
            currency="EUR",
        )
    return member


def is_seated(acme: Acme, member: Membership) -> bool:
    with acme.context():
        return SeatAssignment.objects.filter(membership=member, during__endswith=None).exists()


class TestTheReturnOfARemovedPerson:
    def test_says_its_charge_before_a_seat_is_passed_on(self, acme: Acme, client: Client) -> None:
        member = removed_member(acme)
        client.force_login(acme.ada)
        with acme.context():
            live = SeatAssignment.objects.filter(during__endswith=None)
            seated = live.select_related("membership")[0].membership
        address = reverse("seat_reassign", args=["acme", seated.pk])
        asked = client.post(address, {"to": member.pk}).content.decode()
        assert "€75.34 is charged again" in asked
        assert (is_seated(acme, member), is_seated(acme, seated)) == (False, True)
        client.post(address, {"to": member.pk, "accepted": "1"})
        assert (is_seated(acme, member), is_seated(acme, seated)) == (True, False)

    def test_is_agreed_to_in_the_api(self, acme: Acme, client: Client) -> None:
        member = removed_member(acme)
        member.external_id = "gone"
        with acme.context():
            member.save(update_fields=["external_id"])
        address = f"/api/v1/organizations/{acme.organization.external_id}/members/gone/seat"
        key = {"Authorization": f"Bearer {make_api_key()}"}
        refused = client.post(address, content_type="application/json", headers=key)
        assert refused.status_code == 409
        said = refused.json()
        assert (said["code"], said["amount_minor"], said["currency"]) == (
            "return_is_charged", 7_534, "EUR",
        )  # fmt: skip
        assert not is_seated(acme, member)
        agreed = client.post(
            address, {"accept_charge": True}, content_type="application/json", headers=key
        )
        assert agreed.status_code == 201
        assert is_seated(acme, member)


class TestThePageOfARemovedPerson:
    def test_says_what_comes_back_before_the_seat_is_given(
        self, acme: Acme, client: Client
    ) -> None:
        member = removed_member(acme)
        client.force_login(acme.ada)
        address = reverse("seat_assign", args=["acme", member.pk])
        asked = client.post(address, follow=True).content.decode()
        assert "€75.34 is charged again" in asked
        in_the_list = client.post(address, headers={"HX-Request": "true"})
        assert in_the_list["HX-Redirect"].startswith(reverse("people_bulk", args=["acme"]))
        with acme.context():
            assert not SeatAssignment.objects.filter(membership=member).exists()
        client.post(
            reverse("people_bulk", args=["acme"]), {"action": "assign", "person": member.pk}
        )
        with acme.context():
            assert SeatAssignment.objects.filter(membership=member).exists()
            assert LockOut.objects.get().reactivated_at is not None
