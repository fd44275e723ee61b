"""Which state leads to which, and which terms are possible."""

from itertools import pairwise
from typing import Any

import pytest

from trueups.domain import states
from trueups.domain.states import ImpossibleMove, State, moved
from trueups.domain.terms import (
    Activity,
    ImpossibleTerms,
    Policy,
    QuarterBasis,
    ReviewDefault,
    ShareRule,
    Terms,
    terms_from_json,
    terms_to_json,
)


class TestMoves:
    def test_the_way_of_a_true_up(self) -> None:
        way = [State.SCHEDULED, State.NOTICED, State.IN_REVIEW, State.WITH_FINANCE, State.RETURNED,
               State.WITH_FINANCE, State.SIGNED, State.SETTLING, State.STOPPED, State.SETTLING,
               State.SETTLED]  # fmt: skip
        for before, after in pairwise(way):
            assert moved(before, after) is after

    @pytest.mark.parametrize("final", [State.SETTLED, State.VOID])
    def test_what_is_over_stays_over(self, final: State) -> None:
        for after in State:
            with pytest.raises(ImpossibleMove):
                moved(final, after)

    def test_nothing_is_signed_unreviewed_or_called_off_while_money_moves(self) -> None:
        for before, after in [
            (State.IN_REVIEW, State.SIGNED),
            (State.RETURNED, State.SIGNED),
            (State.SIGNED, State.SETTLED),
            (State.SETTLING, State.VOID),
            (State.SIGNED, State.VOID),
        ]:
            with pytest.raises(ImpossibleMove, match=before.value):
                moved(before, after)

    def test_every_state_is_in_one_stage(self) -> None:
        over = {State.SETTLED, State.VOID}
        assert states.BEFORE_ITS_END | states.OPEN | over == set(State)
        assert not states.BEFORE_ITS_END & states.OPEN
        assert states.UNDER_REVIEW < states.RECALCULATED < states.OPEN


class TestTerms:
    @pytest.mark.parametrize(
        ("about", "fields"),
        [
            ("lock_out_days", {"lock_out_days": 367}),
            ("lock_out_days", {"lock_out_days": -1}),
            ("review_days", {"review_days": 0}),
            ("review_days", {"review_days": 61}),
            ("first_month", {"first_month": 0}),
            ("first_month", {"first_month": 13}),
            ("notice_days", {"notice_days": (3, 14)}),
            ("notice_days", {"notice_days": (14, 14)}),
            ("notice_days", {"notice_days": (61,)}),
            ("notice_days", {"notice_days": (0,)}),
        ],
    )
    def test_impossible_ones_name_their_field(self, about: str, fields: dict[str, Any]) -> None:
        with pytest.raises(ImpossibleTerms) as refused:
            Terms(**fields)
        assert refused.value.about == about

    @pytest.mark.parametrize(
        ("about", "window", "least"),
        [
            ("window_days", 0, 1),
            ("window_days", 367, 1),
            ("least_active_days", 7, 8),
            ("least_active_days", 7, 0),
        ],
    )
    def test_activity_fits_its_window(self, about: str, window: int, least: int) -> None:
        with pytest.raises(ImpossibleTerms) as refused:
            Activity(window, least)
        assert refused.value.about == about

    def test_the_limits_themselves_are_possible(self) -> None:
        Terms(lock_out_days=0, review_days=1, first_month=1, notice_days=())
        Terms(lock_out_days=366, review_days=60, first_month=12, notice_days=(60, 1))
        Activity(366, 366)
        Activity(1, 1)

    def test_survive_as_json(self) -> None:
        terms = Terms(
            policy=Policy.FLEXIBLE,
            activity=Activity(14, 3, counts_sign_ins=False),
            lock_out_days=60,
            review_days=7,
            review_default=ReviewDefault.REMOVE,
            notice_days=(21, 7),
            share_rule=ShareRule.REMAINING_QUARTERS,
            quarter_basis=QuarterBasis.CALENDAR,
            first_month=4,
        )
        assert terms_from_json(terms_to_json(terms)) == terms
        assert terms_from_json(terms_to_json(Terms())) == Terms()

    def test_only_hybrid_ones_offer_removals(self) -> None:
        assert [Terms(policy=policy).offers_removal for policy in Policy] == [False, False, True]
