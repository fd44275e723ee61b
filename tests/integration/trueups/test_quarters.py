"""Quarters from their beginning to their snapshot, counted in the database."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.tenancy import organization_context
from billing.domain.ledger import Cause
from billing.models import Price, Subscription
from tests.fire.killing import axe_over
from tests.integration.billing.conftest import make_price
from tests.integration.trueups.conftest import DAY, START, Acme, make_acme
from trueups.domain.terms import Policy, QuarterBasis, ShareRule, Terms
from trueups.models import PersonEvidence, TrueUp, TrueUpLine, TrueUpNotice
from trueups.services.errors import TermsNotPossible
from trueups.services.notices import send_due_notices
from trueups.services.terms import approve_terms

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

QUARTERS = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 4, 7, 10)]
YEAR_END = datetime(2027, 1, 1, tzinfo=UTC)


def settle(acme: Acme, reference: str, at: datetime) -> int:
    """Grant what a true-up proposes, as its settlement does; return its total."""
    true_up = acme.true_up(reference)
    with acme.context():
        delta = sum(line.seats_delta for line in true_up.lines.filter(takes_effect="now"))
        if delta:
            acme.book(delta, at, Cause.TRUE_UP_OVERAGE)
        TrueUp.objects.filter(pk=true_up.pk).update(state="settled", signed_at=at, settled_at=at)
    return true_up.total_minor


class TestPublicRule:
    def test_a_year_of_quarterly_maxima_costs_what_the_public_example_says(
        self, acme: Acme
    ) -> None:
        # 100 seats at 100 a year; maxima 110, 105, 120, 120; remaining quarters 3, 2, 1, 0 of 4:
        # 10 x 100 x 3/4 = 750; 110 were paid, so 0; 10 x 100 x 1/4 = 250; 120 were paid, so 0.
        acme.agree(policy=Policy.STRICT, share_rule=ShareRule.REMAINING_QUARTERS)
        people = acme.hire(120)
        acme.seat_many(people[:105], START)
        acme.seat_many(people[105:110], START + 10 * DAY)
        acme.release(*people[105:110], at=QUARTERS[1] - DAY)
        acme.seat_many(people[105:], QUARTERS[2] + DAY)
        totals = []
        for number, end in enumerate([*QUARTERS[1:], YEAR_END], start=1):
            acme.beat(end - DAY)
            acme.beat(end)
            totals.append(settle(acme, f"2026-Q{number}", end + DAY))
        assert totals == [75_000, 0, 25_000, 0]
        with acme.context():
            assert Subscription.objects.get().purchased_seats == 120


class TestScheduling:
    def test_quarters_are_cut_at_midnights_of_the_organization(
        self, transactional_db: None
    ) -> None:
        acme = make_acme(time_zone="Europe/Berlin")
        acme.agree(START + 3 * DAY, quarter_basis=QuarterBasis.CALENDAR)
        for _ in range(2):
            acme.beat(START + 4 * DAY)
        true_up = acme.true_up("2026-Q1")
        # 1 April in Berlin begins at 22:00 UTC.
        assert true_up.quarter.lower == START + 3 * DAY
        assert true_up.quarter.upper == datetime(2026, 3, 31, 22, tzinfo=UTC)

    def test_missed_quarters_are_made_up_for_and_terms_change_with_the_next(
        self, acme: Acme
    ) -> None:
        acme.agree(policy=Policy.STRICT)
        acme.beat(START)
        acme.agree(START + 9 * DAY, policy=Policy.HYBRID, lock_out_days=60)
        acme.beat(QUARTERS[2] + DAY)
        with acme.context():
            found = TrueUp.objects.order_by("quarter").values_list("reference", "policy", "state")
            assert list(found) == [
                ("2026-Q1", "strict", "settled"),
                ("2026-Q2", "hybrid", "settled"),
                ("2026-Q3", "hybrid", "scheduled"),
            ]

    def test_a_monthly_subscription_has_none(self, transactional_db: None) -> None:
        acme = make_acme(seats=5)
        acme.agree()
        acme.beat(START)
        monthly: Price = make_price(code="monthly")
        with acme.context():
            Subscription.objects.update(price=monthly)
            with pytest.raises(TermsNotPossible, match="paid by the month"):
                approve_terms(
                    organization_id=acme.id,
                    terms=Terms(),
                    reason="again",
                    actor=acme.finance,
                    now=START + DAY,
                )
        acme.beat(QUARTERS[1])
        assert acme.true_up("2026-Q1").state == "void"


class TestSnapshot:
    def test_keeps_the_evidence_of_everybody_with_a_seat(self, acme: Acme) -> None:
        acme.agree()
        busy, idle, new, gone = acme.hire(4)
        acme.seat_many([busy, idle, gone], START)
        acme.release(gone, at=START + 20 * DAY)
        acme.seat_many([new], QUARTERS[1] - 5 * DAY)
        acme.act(busy, *[QUARTERS[1] - n * DAY for n in (1, 2, 28)])
        acme.act(idle, QUARTERS[1] - 29 * DAY)
        acme.beat(START)
        acme.beat(QUARTERS[1] + timedelta(minutes=5))
        true_up = acme.true_up("2026-Q1")
        with acme.context():
            rows = true_up.people.values_list(
                "name", "active_days", "last_active_on", "is_inactive", "is_offered"
            )
            assert list(rows) == [
                # The window has the 28 days from 4 to 31 March.
                (busy.name, 3, datetime(2026, 3, 31).date(), False, False),  # noqa: DTZ001
                (idle.name, 0, datetime(2026, 3, 3).date(), True, True),  # noqa: DTZ001
                (new.name, 0, None, False, False),
            ]
        assert (true_up.assigned_seats, true_up.peak_seats, true_up.state) == (3, 3, "in_review")
        # 14 days after the day of the snapshot.
        assert true_up.review_until == datetime(2026, 4, 16, tzinfo=UTC)

    def test_settles_at_once_where_nothing_is_due(self, acme: Acme) -> None:
        acme.agree(policy=Policy.STRICT)
        acme.seat_many(acme.hire(3), START)
        acme.beat(START)
        acme.beat(QUARTERS[1])
        assert acme.true_up("2026-Q1").state == "settled"
        with acme.context():
            assert not TrueUpNotice.objects.exists()

    def test_killed_anywhere_and_taken_again_it_is_the_same(self, acme: Acme) -> None:
        acme.agree()
        people = acme.hire(104)
        acme.seat_many(people, START)

        def figures() -> list[object]:
            with organization_context(acme.id):
                return [
                    list(TrueUp.objects.values_list("reference", "state", "total_minor")),
                    list(TrueUpLine.objects.values_list("kind", "amount_minor")),
                    PersonEvidence.objects.count(),
                    sorted(TrueUpNotice.objects.values_list("step", flat=True)),
                ]

        deaths = 0
        while True:
            # Each process dies after the first thing that it leaves behind.
            with axe_over(0) as axe:
                acme.beat(QUARTERS[1])
                send_due_notices(now=QUARTERS[1])
            if not axe.has_struck:
                break
            deaths += 1
        # The first quarter, its snapshot, the second quarter.
        assert deaths == 3
        once = figures()
        acme.beat(QUARTERS[1] + timedelta(minutes=5))
        assert figures() == once
        # 4 x 100 x 275/365 = 301.37 for the four above 100; 104 people who did nothing.
        assert once == [
            [("2026-Q2", "scheduled", 0), ("2026-Q1", "in_review", 30_137)],
            [("overage", 30_137)],
            104,
            ["review"],
        ]
