"""Which approvals an amount needs, and which rules could not work."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.domain.rules import (
    Ask,
    Band,
    BandsOutOfOrder,
    BandWithoutStep,
    FirstBandNotAtThreshold,
    NoBand,
    NumberOutOfRange,
    RoleCannotApprove,
    Rules,
    RulesRefused,
    Step,
    StepWithoutApprover,
    check_rules,
    steps_for,
)

LEAD, FINANCE, BOARD = Step(people=(7,)), Step(roles=("billing",)), Step(roles=("owner",))
# Up to 500.00 nobody; up to 5,000.00 the lead; up to 50,000.00 finance too; above, the owner too.
RULES = Rules(
    currency="EUR",
    bypass_minor=50_000,
    bands=(
        Band(0, (LEAD,)),
        Band(500_000, (LEAD, FINANCE)),
        Band(5_000_000, (LEAD, FINANCE, BOARD)),
    ),
)


def ask(annual: int = 0, now: int = 0, recent: int = 0, currency: str = "EUR") -> Ask:
    return Ask(currency, annual, now, recent)


class TestSteps:
    @pytest.mark.parametrize(
        ("annual", "steps"),
        [
            (0, ()),
            (50_000, ()),
            (50_001, (LEAD,)),
            (499_999, (LEAD,)),
            (500_000, (LEAD, FINANCE)),
            (5_000_000, (LEAD, FINANCE, BOARD)),
        ],
    )
    def test_follow_the_band_of_the_amount(self, annual: int, steps: tuple[Step, ...]) -> None:
        assert steps_for(RULES, ask(annual)) == steps

    def test_count_a_year_that_is_charged_at_once(self) -> None:
        # From monthly to a year at once a year costs less, yet 6,000.00 are committed.
        assert steps_for(RULES, ask(annual=-120_000, now=600_000)) == (LEAD, FINANCE)

    def test_count_what_passed_without_approval_before(self) -> None:
        # 300.00 passed last week; another 300.00 makes 600.00.
        assert steps_for(RULES, ask(30_000)) == ()
        assert steps_for(RULES, ask(30_000, recent=30_000)) == (LEAD,)

    def test_are_none_for_what_costs_nothing(self) -> None:
        assert steps_for(replace(RULES, bypass_minor=0), ask(recent=900_000)) == ()

    def test_are_those_of_the_highest_band_in_another_currency(self) -> None:
        assert steps_for(RULES, ask(1, currency="USD")) == (LEAD, FINANCE, BOARD)

    def test_are_none_without_rules_or_with_rules_switched_off(self) -> None:
        assert steps_for(None, ask(9_000_000)) == ()
        assert steps_for(replace(RULES, is_enabled=False), ask(9_000_000)) == ()

    @given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**6))
    def test_never_become_fewer_for_more_money(self, one: int, more: int, recent: int) -> None:
        fewer = steps_for(RULES, ask(one, recent=recent))
        assert len(steps_for(RULES, ask(one + more, recent=recent))) >= len(fewer)

    @given(st.integers(1, 10**6), st.integers(1, 40))
    def test_cannot_be_avoided_by_cutting_an_order_into_pieces(self, whole: int, cuts: int) -> None:
        part, passed = -(-whole // cuts), 0
        for _ in range(cuts):
            if steps_for(RULES, ask(part, recent=passed)):
                break
            passed += part
        assert passed <= RULES.bypass_minor


class TestWrongRules:
    @pytest.mark.parametrize(
        ("rules", "refusal"),
        [
            (replace(RULES, bands=()), NoBand),
            (replace(RULES, bands=(Band(50_001, (LEAD,)),)), FirstBandNotAtThreshold),
            (replace(RULES, bands=(Band(0, (LEAD,)), Band(0, (LEAD,)))), BandsOutOfOrder),
            (replace(RULES, bands=(Band(0, ()),)), BandWithoutStep),
            (replace(RULES, bands=(Band(0, (Step(),)),)), StepWithoutApprover),
            (replace(RULES, bands=(Band(0, (Step(roles=("member",)),)),)), RoleCannotApprove),
            (replace(RULES, bypass_minor=-1), NumberOutOfRange),
            (replace(RULES, window_days=366), NumberOutOfRange),
            (replace(RULES, tolerance_basis_points=2_001), NumberOutOfRange),
            (replace(RULES, bands=(Band(0, (LEAD,) * 6),)), NumberOutOfRange),
        ],
    )
    def test_are_refused_by_name(self, rules: Rules, refusal: type[RulesRefused]) -> None:
        with pytest.raises(refusal):
            check_rules(rules)

    def test_name_the_band_at_fault(self) -> None:
        with pytest.raises(BandWithoutStep) as refused:
            check_rules(replace(RULES, bands=(*RULES.bands, Band(6_000_000, ()))))
        assert refused.value.band == 3

    def test_right_ones_pass_and_survive_storage(self) -> None:
        check_rules(RULES)
        assert Rules.from_json(RULES.to_json()) == RULES
