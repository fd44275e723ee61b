"""An error is a sentence, and carries the numbers that a page needs to say it in other words."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from billing.domain.changes import (
    BelowAssigned,
    ChangeKind,
    CheaperPlanWaits,
    CommittedUntil,
    FewerSeatsWait,
    Holding,
    NotAnIncrease,
    NothingChanges,
    OtherCurrency,
    check_change_at_renewal,
    check_change_now,
)
from billing.domain.discount import Discount, ImpossibleDiscount
from billing.domain.ledger import Balance, Cause, Entry, ImpossibleEntry, append, breaches
from billing.domain.money import (
    CurrencyMismatch,
    FractionalMinorUnit,
    Money,
    UnknownCurrency,
    exponent,
    split,
)
from billing.domain.period import EmptyPeriod, Interval, NotUtc, OutsidePeriod, Period, utc
from billing.domain.price_table import (
    AboveMaximum,
    BelowMinimum,
    InvalidTierTable,
    NotInSteps,
    PriceTable,
    Scheme,
    Tier,
    TierRange,
    tiers_from_ranges,
)
from billing.domain.pricing import check_quantity, price_lines
from billing.domain.purchase import IllegalTransition, PurchaseEvent, PurchaseState, advance
from billing.domain.quoting import quote_change
from billing.domain.starting import IllegalStep, StartState, step
from tests.unit.billing.strategies import APRIL, FLAT, GRADUATED

MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
OPEN = (Tier(None, 1000),)
DOLLARS = PriceTable(Scheme.FLAT, "USD", OPEN)


def table(**given: Any) -> PriceTable:
    return PriceTable(**({"scheme": Scheme.GRADUATED, "currency": "EUR", "tiers": OPEN} | given))


def entry(cause: Cause, **given: Any) -> Callable[[], Entry]:
    return lambda: append(Balance(5, 5), cause, MAY, **given)


def increase_to(quantity: int) -> Callable[[], None]:
    five = Holding(FLAT, Interval.MONTH, 5)
    wanted = Holding(FLAT, Interval.MONTH, quantity)
    return lambda: check_change_now(ChangeKind.INCREASE, five, wanted, period_end=APRIL.end)


def five_to_six(*, tax_basis_points: int) -> Callable[[], object]:
    five, six = (Holding(FLAT, Interval.MONTH, seats) for seats in (5, 6))
    return lambda: quote_change(
        ChangeKind.INCREASE, five, six, APRIL.start, APRIL, tax_basis_points=tax_basis_points
    )


class TestSentence:
    @pytest.mark.parametrize(
        ("broken", "kind", "sentence", "carried"),
        [
            (
                lambda: exponent("eur"),
                UnknownCurrency,
                "'eur' is not a currency this system can charge in.",
                {"currency": "eur"},
            ),
            (
                lambda: Money(1, "EUR") + Money(1, "USD"),
                CurrencyMismatch,
                "EUR and USD cannot be added or compared: there is no rate here.",
                {"left": "EUR", "right": "USD"},
            ),
            (
                lambda: Money.from_decimal(Decimal("0.005"), "EUR"),
                FractionalMinorUnit,
                "0.005 EUR is finer than the smallest unit of EUR.",
                {"amount": Decimal("0.005"), "currency": "EUR"},
            ),
            (
                lambda: split(1, []),
                ValueError,
                "A split needs weights that are not negative and not all zero.",
                {},
            ),
            (
                lambda: utc(datetime(2026, 5, 1)),  # noqa: DTZ001
                NotUtc,
                "2026-05-01T00:00:00 is not a moment in UTC.",
                {"moment": datetime(2026, 5, 1)},  # noqa: DTZ001
            ),
            (
                lambda: Period(JUNE, MAY),
                EmptyPeriod,
                "A period from 2026-06-01T00:00:00+00:00 to 2026-05-01T00:00:00+00:00 is empty.",
                {"start": JUNE, "end": MAY},
            ),
            (
                lambda: APRIL.fraction_remaining(JUNE),
                OutsidePeriod,
                (
                    "2026-06-01T00:00:00+00:00 is outside 2026-04-01T00:00:00+00:00 to "
                    "2026-05-01T00:00:00+00:00."
                ),
                {"at": JUNE, "period": APRIL},
            ),
            (
                lambda: advance(PurchaseState.PAID, PurchaseEvent.TIME_RAN_OUT),
                IllegalTransition,
                "A purchase that is paid cannot take time_ran_out.",
                {"state": PurchaseState.PAID, "event": PurchaseEvent.TIME_RAN_OUT},
            ),
            (
                lambda: step(StartState.DONE, StartState.RESERVED),
                IllegalStep,
                "A beginning that is done cannot become reserved.",
                {"before": StartState.DONE, "after": StartState.RESERVED},
            ),
            (
                lambda: Discount(10_001, MAY),
                ImpossibleDiscount,
                "A discount of 10001 basis points cannot be given.",
                {"basis_points": 10_001},
            ),
            (
                five_to_six(tax_basis_points=-1),
                ValueError,
                "A tax rate and a credit balance are never negative.",
                {},
            ),
        ],
    )
    def test_of_money_and_time_names_what_is_wrong(
        self,
        broken: Callable[[], object],
        kind: type[Exception],
        sentence: str,
        carried: dict[str, object],
    ) -> None:
        assert_says(broken, kind, sentence, carried)

    @pytest.mark.parametrize(
        ("broken", "kind", "sentence", "carried"),
        [
            (
                lambda: check_quantity(table(minimum_seats=3), 2),
                BelowMinimum,
                "2 seats are below the minimum of 3.",
                {"quantity": 2, "minimum": 3},
            ),
            (
                lambda: price_lines(GRADUATED, -1),
                BelowMinimum,
                "-1 seats are below the minimum of 0.",
                {"quantity": -1, "minimum": 0},
            ),
            (
                lambda: check_quantity(table(maximum_seats=8), 9),
                AboveMaximum,
                "9 seats are above the maximum of 8.",
                {"quantity": 9, "maximum": 8},
            ),
            (
                lambda: table(tiers=(Tier(8, 100),), maximum_seats=8).tier_of(9),
                AboveMaximum,
                "9 seats are above the maximum of 8.",
                {"quantity": 9, "maximum": 8},
            ),
            (
                lambda: check_quantity(table(minimum_seats=5, step=5), 7),
                NotInSteps,
                "Seats are sold in steps of 5: 7 is not one.",
                {"quantity": 7, "step": 5, "below": 5, "above": 10},
            ),
            (
                increase_to(5),
                NotAnIncrease,
                "5 seats are not more than the 5 of today.",
                {"quantity_from": 5, "quantity_to": 5},
            ),
            (NothingChanges, None, "The renewal brings this already.", {}),
            (
                lambda: OtherCurrency("EUR", "USD"),
                None,
                "The subscription is paid in EUR; USD is another currency.",
                {"currency": "EUR", "wanted": "USD"},
            ),
            (
                lambda: check_change_at_renewal(
                    Holding(FLAT, Interval.MONTH, 5),
                    Holding(DOLLARS, Interval.MONTH, 5),
                    assigned_seats=0,
                ),
                OtherCurrency,
                "The subscription is paid in EUR; USD is another currency.",
                {"currency": "EUR", "wanted": "USD"},
            ),
            (
                lambda: check_change_at_renewal(
                    Holding(FLAT, Interval.MONTH, 5),
                    Holding(FLAT, Interval.MONTH, 3),
                    assigned_seats=4,
                ),
                BelowAssigned,
                "4 seats are assigned: release some before keeping 3.",
                {"quantity": 3, "assigned": 4},
            ),
            (
                lambda: table(tiers=()),
                InvalidTierTable,
                "A price table needs at least one tier.",
                {"field": "up_to", "against": None, "tier": None, "bound": None},
            ),
            (
                lambda: FewerSeatsWait(MAY, 5),
                None,
                "Fewer than 5 seats are possible from 2026-05-01.",
                {"until": MAY, "quantity": 5},
            ),
            (
                lambda: CommittedUntil(MAY),
                None,
                "The year is committed until 2026-05-01.",
                {"until": MAY},
            ),
            (
                lambda: CheaperPlanWaits(MAY),
                None,
                "A cheaper plan is possible from 2026-05-01.",
                {"until": MAY},
            ),
            (
                lambda: BelowAssigned(3, 4),
                None,
                "4 seats are assigned: release some before keeping 3.",
                {"quantity": 3, "assigned": 4},
            ),
        ],
    )
    def test_of_seats_names_the_number_and_the_bound(
        self,
        broken: Callable[[], object],
        kind: type[Exception] | None,
        sentence: str,
        carried: dict[str, object],
    ) -> None:
        assert_says(broken, kind, sentence, carried)

    @pytest.mark.parametrize(
        ("broken", "sentence"),
        [
            (
                entry(Cause.PURCHASE, seats_delta=1, next_term_seats=6),
                "A plan for the renewal, and nothing else, names its seats.",
            ),
            (entry(Cause.RENEWAL, seats_delta=1), "A renewal does not choose its own delta."),
            (
                entry(Cause.CORRECTION, seats_delta=-6),
                "A correction cannot leave -1 seats now and 0 in the next term.",
            ),
            (entry(Cause.PURCHASE, seats_delta=0), "A purchase adds seats; 0 does not."),
            (
                entry(Cause.TRUE_UP_REMOVAL, seats_delta=0),
                "A true-up removal takes seats away; 0 does not.",
            ),
            (entry(Cause.CORRECTION), "A correction changes the number of seats."),
            (
                entry(Cause.SWITCH, seats_delta=-1),
                "A switch takes no seats away; the renewal does.",
            ),
            (
                entry(Cause.SCHEDULED_DECREASE, next_term_seats=6),
                "A scheduled_decrease cannot plan 6 seats beside 5.",
            ),
            (
                entry(Cause.SCHEDULED_INCREASE, next_term_seats=4),
                "A scheduled_increase cannot plan 4 seats beside 5.",
            ),
            (
                entry(Cause.RENEWAL_INCREASE),
                "No planned increase waits for its renewal to be paid.",
            ),
        ],
    )
    def test_of_the_ledger_names_the_rule(
        self, broken: Callable[[], object], sentence: str
    ) -> None:
        assert_says(broken, ImpossibleEntry, sentence, {})

    @pytest.mark.parametrize(
        ("broken", "sentence"),
        [
            (lambda: table(tiers=()), "A price table needs at least one tier."),
            (
                lambda: table(scheme=Scheme.FLAT, tiers=(Tier(5, 100), Tier(None, 90))),
                "A flat price is one unit price: it has no second tier and no flat amount.",
            ),
            (
                lambda: table(tiers=(Tier(5, 100), Tier(None, -90))),
                "Tier 2 has the amount -90: a price is never negative.",
            ),
            (
                lambda: table(tiers=(Tier(None, 100), Tier(5, 90))),
                "Tier 1 has no upper bound, so tier 2 is never reached.",
            ),
            (
                lambda: table(tiers=(Tier(5, 100), Tier(5, 90), Tier(None, 80))),
                "Tier 2 ends at 5, where the tiers before it already end.",
            ),
            (
                lambda: table(tiers=(Tier(5, 100), Tier(4, 90), Tier(None, 80))),
                "Tier 2 ends at 4, inside the tiers before it, up to 5.",
            ),
            (
                lambda: table(tiers=(Tier(5, 100),)),
                "The last tier ends at 5: leave it open or set a maximum of 5 seats.",
            ),
            (
                lambda: table(tiers=(Tier(5, 100),), maximum_seats=9),
                "Seats 6 to 9 have no price: the last tier ends at 5.",
            ),
            (lambda: table(step=0), "Seats are sold in steps of at least 1, not 0."),
            (lambda: table(minimum_seats=0), "The minimum is at least 1 seat, not 0."),
            (
                lambda: table(minimum_seats=4, step=3),
                "The minimum of 4 is not a multiple of the step of 3.",
            ),
            (
                lambda: table(minimum_seats=4, maximum_seats=3),
                "The maximum of 3 is below the minimum of 4.",
            ),
            (
                lambda: table(minimum_seats=3, maximum_seats=4, step=3),
                "The maximum of 4 is not a multiple of the step of 3.",
            ),
            (
                lambda: tiers_from_ranges([TierRange(1, 5, 100), TierRange(7, None, 90)]),
                "Tier 2 begins at 7: seat 6 has no price.",
            ),
            (
                lambda: tiers_from_ranges([TierRange(1, 5, 100), TierRange(5, None, 90)]),
                "Tier 2 begins at 5: that seat already has a price.",
            ),
        ],
    )
    def test_of_a_price_table_names_the_tier_and_the_bound(
        self, broken: Callable[[], object], sentence: str
    ) -> None:
        assert_says(broken, InvalidTierTable, sentence, {})


def assert_says(
    broken: Callable[[], object],
    kind: type[Exception] | None,
    sentence: str,
    carried: dict[str, object],
) -> None:
    """The error is raised, or without a kind returned."""
    if kind is None:
        error = broken()
    else:
        with pytest.raises(kind) as raised:
            broken()
        error = raised.value
    assert str(error) == sentence
    assert {name: getattr(error, name) for name in carried} == carried


class TestBreach:
    def test_of_a_rule_names_position_entry_and_rule(self) -> None:
        first = append(Balance(), Cause.PURCHASE, MAY, seats_delta=5)
        wrong = Entry(Cause.PURCHASE, MAY, seats_delta=-1, seats_after=4, next_term_after=4)
        (breach,) = breaches([first, wrong])
        assert (breach.position, breach.stored, breach.expected) == (1, wrong, None)
        assert breach.sentence == "A purchase adds seats; -1 does not."

    def test_of_the_sum_names_what_was_expected(self) -> None:
        wrong = Entry(Cause.PURCHASE, MAY, seats_delta=5, seats_after=6, next_term_after=7)
        (breach,) = breaches([wrong])
        assert breach.expected == Entry(Cause.PURCHASE, MAY, 5, 5, 5)
        assert breach.sentence == "Stored 6 now and 7 next term; expected 5 and 5."

    def test_of_time_names_the_entry_that_runs_back(self) -> None:
        first = append(Balance(), Cause.PURCHASE, JUNE, seats_delta=5)
        earlier = append(first.balance, Cause.PURCHASE, MAY, seats_delta=1)
        (breach,) = breaches([first, earlier])
        assert (breach.position, breach.stored, breach.expected) == (1, earlier, None)
        assert breach.sentence == "The entry takes effect before the one it follows."
