"""The customer's review: deciding, disputing, submitting, and letting the time pass."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from tests.integration.trueups.conftest import DAY, START, Acme
from trueups.domain.terms import ReviewDefault
from trueups.models import TrueUp
from trueups.selectors.amounts import amount_if
from trueups.selectors.simulation import what_if
from trueups.services import finance, review
from trueups.services.errors import DecisionNotPossible, DisputeNotPossible, NotUnderReview
from trueups.services.notices import send_due_notices

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

END = datetime(2026, 4, 1, tzinfo=UTC)
UNTIL = datetime(2026, 4, 16, tzinfo=UTC)
# 275 of 365 days remain: a seat of 100.00 costs 75.34; ten 753.42.
TEN = 75_342


def under_review(acme: Acme, **terms: Any) -> TrueUp:
    """Acme with 110 people on 100 seats, all but three active, in its review."""
    acme.agree(**terms)
    people = acme.hire(110)
    acme.seat_many(people, START)
    for person in people[3:]:
        acme.act(person, END - DAY)
    acme.beat(START)
    acme.beat(END)
    return acme.true_up("2026-Q1")


def decide(acme: Acme, true_up: TrueUp, decision: str, *people: Any, **given: Any) -> TrueUp:
    fields: dict[str, Any] = {"reason": "left the team", "now": END + DAY} | given
    return review.decide(
        organization_id=acme.id,
        true_up_id=true_up.pk,
        membership_ids=[person.pk for person in people],
        decision=decision,
        actor=acme.actor,
        **fields,
    )


class TestDeciding:
    def test_moves_the_amount_until_it_is_submitted(self, acme: Acme) -> None:
        true_up = under_review(acme)
        assert (true_up.total_minor, true_up.overage_seats) == (TEN, 10)
        first, second, third, active = acme.people[:4]
        with acme.context():
            shown = amount_if(true_up, remove=[first.pk, second.pk], now=END + DAY)
        # Two of the ten go: 2 x 75.3424... = 150.68 back.
        assert (shown.removal_minor, shown.total_minor) == (-15_068, TEN - 15_068)
        assert decide(acme, true_up, "remove", first, second).total_minor == shown.total_minor
        assert decide(acme, true_up, "undecided", second, reason="").removal_minor == -7_534
        decide(acme, true_up, "keep", second, third)
        with pytest.raises(DecisionNotPossible, match="listed as inactive"):
            decide(acme, true_up, "remove", third, active)
        with pytest.raises(DecisionNotPossible, match="Say why"):
            decide(acme, true_up, "remove", third, reason=" ")
        with pytest.raises(DecisionNotPossible, match="has changed"):
            review.submit_review(
                organization_id=acme.id,
                true_up_id=true_up.pk,
                total_minor=TEN,
                actor=acme.actor,
                now=END + DAY,
            )
        submitted = review.submit_review(
            organization_id=acme.id,
            true_up_id=true_up.pk,
            total_minor=TEN - 7_534,
            actor=acme.actor,
            now=END + DAY,
        )
        assert (submitted.state, submitted.submitted_by_label) == ("with_finance", str(acme.ada))
        with pytest.raises(NotUnderReview):
            decide(acme, true_up, "keep", first)

    def test_a_purchase_in_the_review_lowers_the_overage(self, acme: Acme) -> None:
        true_up = under_review(acme)
        acme.book(4, END + DAY)
        with acme.context():
            shown = amount_if(true_up, remove=[], now=END + 2 * DAY)
        # Six of the ten are left: 6 x 75.3424... = 452.05.
        assert (shown.overage_seats, shown.total_minor) == (6, 45_205)
        assert shown.lines[0].seats_from == 104
        with acme.context():
            later = amount_if(true_up, remove=[], now=datetime(2027, 1, 1, tzinfo=UTC))
        assert later.total_minor == 0


class TestTheEndOfTheReview:
    def test_removes_by_default_who_did_not_come_back(self, acme: Acme) -> None:
        true_up = under_review(acme, review_default=ReviewDefault.REMOVE)
        kept, back, away = acme.people[:3]
        decide(acme, true_up, "keep", kept)
        acme.act(back, END + 3 * DAY)
        review.end_reviews(now=UNTIL - timedelta(seconds=1))
        assert acme.true_up("2026-Q1").state == "in_review"
        with pytest.raises(NotUnderReview):
            decide(acme, true_up, "keep", away, now=UNTIL)
        for _ in range(2):
            review.end_reviews(now=UNTIL)
        ended = acme.true_up("2026-Q1")
        assert (ended.state, ended.is_default_applied) == ("with_finance", True)
        assert ended.total_minor == TEN - 7_534
        with acme.context():
            decided = dict(ended.people.filter(is_offered=True).values_list("name", "decision"))
        assert decided == {kept.name: "keep", back.name: "keep", away.name: "remove"}

    def test_keeps_everybody_by_default_and_reminds_before(self, acme: Acme) -> None:
        under_review(acme)
        mail.outbox.clear()
        for days in (11, 12, 13, 14):
            send_due_notices(now=END + days * DAY)
        assert [message.subject for message in mail.outbox] == [
            "Your review of the true-up 2026-Q1 ends on April 16, 2026"
        ]
        assert "3 people did not use their seats" in mail.outbox[0].body
        review.end_reviews(now=UNTIL)
        assert acme.true_up("2026-Q1").total_minor == TEN


class TestDisputes:
    def test_are_answered_or_withdrawn_once(self, acme: Acme) -> None:
        true_up = under_review(acme)
        with acme.context():
            line = true_up.lines.get()
        given: dict[str, Any] = {
            "organization_id": acme.id,
            "true_up_id": true_up.pk,
            "actor": acme.actor,
        }
        said: dict[str, Any] = {
            "line_id": line.pk,
            "text": "Ten were only there for a day.",
            "now": END + DAY,
        }
        first = review.dispute_line(**given, **said)
        with pytest.raises(DisputeNotPossible, match="disputed already"):
            review.dispute_line(**given, **said)
        review.withdraw_dispute(**given, comment_id=first.pk, now=END + DAY)
        second = review.dispute_line(**given, **said)
        answered = finance.answer_dispute(
            **given | {"actor": acme.finance},
            comment_id=second.pk,
            answer="The contract counts each day.",
            now=END + 2 * DAY,
        )
        assert answered.state == "answered"
        with pytest.raises(DisputeNotPossible, match="closed"):
            review.withdraw_dispute(**given, comment_id=second.pk, now=END + 2 * DAY)


class TestAnnouncements:
    def test_go_out_once_and_only_the_most_urgent(self, acme: Acme) -> None:
        acme.agree()
        acme.beat(START)
        mail.outbox.clear()
        for now in (END - 29 * DAY, END - 27 * DAY, END - 26 * DAY, END - DAY, END - DAY):
            send_due_notices(now=now)
        assert len(mail.outbox) == 2
        assert "2026-Q1" in mail.outbox[0].subject
        true_up = acme.true_up("2026-Q1")
        with acme.context():
            assert list(true_up.notices.order_by("step").values_list("step", "is_skipped")) == [
                ("ahead-14", True), ("ahead-28", False), ("ahead-3", False),
            ]  # fmt: skip
        assert true_up.state == "noticed"


class TestSimulation:
    def test_tells_what_each_policy_would_bring_today(self, acme: Acme) -> None:
        acme.agree()
        people = acme.hire(110)
        acme.seat_many(people, START)
        for person in people[15:]:
            acme.act(person, START + 50 * DAY)
        acme.beat(START)
        with acme.context():
            found = what_if(organization_id=acme.id, now=START + 60 * DAY)
        assert found is not None
        told = {
            one.policy.value: (one.keeping.total_minor, one.removing.total_minor)
            for one in found.policies
        }
        # Strict: ten over. Flexible: 95 were active. Hybrid: 15 inactive, ten seats to give back.
        assert told == {"strict": (TEN, TEN), "flexible": (0, 0), "hybrid": (TEN, 0)}
        assert (found.agreed.policy, found.agreed.inactive) == ("hybrid", 15)
        assert found.reference == "2026-Q1"
