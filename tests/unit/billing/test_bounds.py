"""Safety bounds: which limit a purchase or renewal breaks, to the seat and the cent."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.domain.bounds import (
    Approval,
    Ask,
    Breach,
    Limits,
    Rule,
    breaches,
    renewal_breach,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def ask(quantity_from: int, quantity_to: int, total: int = 1000, day: int = 0) -> Ask:
    return Ask(quantity_from, quantity_to, total, day, "EUR")


def rules(asked: Ask, limits: Limits) -> list[Rule]:
    return [breach.rule for breach in breaches(asked, limits)]


class TestBreaches:
    def test_nothing_without_limits(self) -> None:
        assert breaches(ask(1, 1_000_000, 10**12, 10**12), Limits()) == ()

    def test_seats_added_up_to_the_limit_pass(self) -> None:
        assert rules(ask(10, 60), Limits(seats=50)) == []
        assert breaches(ask(10, 61), Limits(seats=50)) == (Breach(Rule.SEATS, 50, 51),)

    def test_a_factor_counts_from_todays_seats(self) -> None:
        # 30 x 300 % = 90
        assert rules(ask(30, 90), Limits(factor_percent=300)) == []
        assert breaches(ask(30, 91), Limits(factor_percent=300)) == (Breach(Rule.FACTOR, 90, 91),)

    def test_a_factor_is_rounded_down_to_whole_seats(self) -> None:
        # 33 x 150 % = 49.5; 20 more are asked about
        assert breaches(ask(33, 53), Limits(factor_percent=150)) == (Breach(Rule.FACTOR, 49, 53),)

    def test_a_factor_says_nothing_about_a_handful_of_seats(self) -> None:
        assert rules(ask(1, 20), Limits(factor_percent=200)) == []
        assert rules(ask(1, 21), Limits(factor_percent=200)) == [Rule.FACTOR]

    def test_a_factor_of_no_seats_says_nothing(self) -> None:
        assert rules(ask(0, 40), Limits(factor_percent=200)) == []

    def test_an_amount_at_the_limit_passes(self) -> None:
        assert rules(ask(1, 2, total=5000), Limits(purchase_minor=5000)) == []
        assert breaches(ask(1, 2, total=5001), Limits(purchase_minor=5000)) == (
            Breach(Rule.PURCHASE_AMOUNT, 5000, 5001, "EUR"),
        )

    def test_a_day_counts_what_was_bought_before(self) -> None:
        assert rules(ask(1, 2, total=2000, day=3000), Limits(day_minor=5000)) == []
        assert breaches(ask(1, 2, total=2001, day=3000), Limits(day_minor=5000)) == (
            Breach(Rule.DAY_AMOUNT, 5000, 5001, "EUR"),
        )

    def test_every_limit_that_is_broken_is_named(self) -> None:
        all_low = Limits(seats=1, factor_percent=100, purchase_minor=1, day_minor=1)
        assert rules(ask(10, 30), all_low) == [
            Rule.SEATS, Rule.FACTOR, Rule.PURCHASE_AMOUNT, Rule.DAY_AMOUNT,
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("breach", "sentence"),
        [
            (Breach(Rule.SEATS, 50, 51), "51 seats at once; 50 pass without a review."),
            (Breach(Rule.FACTOR, 90, 91), "91 seats in all; 90 pass without a review."),
            (
                Breach(Rule.PURCHASE_AMOUNT, 1, 2, "EUR"),
                "2 minor units of EUR at once; 1 pass without a review.",
            ),
            (
                Breach(Rule.DAY_AMOUNT, 1, 2, "EUR"),
                "2 minor units of EUR in 24 hours; 1 pass without a review.",
            ),
            (
                Breach(Rule.RENEWAL, 1, 2, "EUR"),
                "The renewal is 2 minor units of EUR; up to 1 were to be expected.",
            ),
        ],
    )
    def test_each_has_a_sentence(self, breach: Breach, sentence: str) -> None:
        assert breach.sentence == sentence


class TestLimits:
    def test_an_organizations_own_replace_the_vendors_one_by_one(self) -> None:
        general = Limits(seats=50, factor_percent=300, purchase_minor=7, renewal_percent=20)
        own = Limits(seats=80, day_minor=9)
        assert general.with_overrides(own) == Limits(80, 300, 7, 9, 20)

    def test_zero_is_a_limit_and_not_its_absence(self) -> None:
        assert Limits(seats=50).with_overrides(Limits(seats=0)).seats == 0
        assert rules(ask(1, 2), Limits(seats=0)) == [Rule.SEATS]


class TestRenewal:
    def breach(self, total: int, percent: int | None = 25) -> Breach | None:
        return renewal_breach(
            expected_minor=11600,
            total_minor=total,
            currency="EUR",
            limits=Limits(renewal_percent=percent),
        )

    def test_passes_up_to_the_percentage(self) -> None:
        # 116.00 x 1.25 = 145.00
        assert self.breach(14500) is None
        assert self.breach(14501) == Breach(Rule.RENEWAL, 14500, 14501, "EUR")

    def test_the_limit_is_rounded_down(self) -> None:
        # 116.00 x 1.33 = 154.28
        assert self.breach(15428, 33) is None
        assert self.breach(15429, 33) is not None

    def test_cheaper_than_expected_holds_nothing(self) -> None:
        assert self.breach(0, 0) is None

    def test_without_a_limit_everything_passes(self) -> None:
        assert self.breach(10**9, None) is None


class TestApproval:
    APPROVAL = Approval(40, 28000, "EUR", NOW + timedelta(days=7))

    @pytest.mark.parametrize(
        ("asked", "after", "is_covered"),
        [
            (ask(12, 40, total=28000), timedelta(), True),
            (ask(12, 30, total=20000), timedelta(days=6), True),
            (ask(12, 41, total=28000), timedelta(), False),
            (ask(12, 40, total=28001), timedelta(), False),
            (ask(12, 40, total=28000), timedelta(days=7), False),
            (Ask(12, 40, 28000, 0, "USD"), timedelta(), False),
        ],
    )
    def test_covers_what_was_asked_or_less_in_time(
        self, asked: Ask, after: timedelta, is_covered: bool
    ) -> None:
        assert self.APPROVAL.covers(asked, NOW + after) is is_covered
