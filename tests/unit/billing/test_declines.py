"""Stripe's decline codes, grouped by what helps."""

import pytest

from billing.domain.declines import BY_CODE, UNTOLD, Decline, decline_of


class TestDeclineOf:
    @pytest.mark.parametrize(
        ("code", "group"),
        [
            ("authentication_required", Decline.CONFIRMATION),
            ("try_again_later", Decline.TEMPORARY),
            ("duplicate_transaction", Decline.DUPLICATE),
            ("do_not_honor", Decline.BANK),
        ],
    )
    def test_knows_the_group_of_a_code(self, code: str, group: Decline) -> None:
        assert decline_of(code) is group

    def test_takes_an_unknown_code_for_the_banks_own_refusal(self) -> None:
        assert decline_of("a_code_of_next_year") is Decline.BANK
        assert decline_of("") is Decline.BANK

    def test_hides_only_codes_that_it_knows(self) -> None:
        assert set(BY_CODE) >= UNTOLD
        assert {decline_of(code) for code in UNTOLD} == {Decline.BANK}
