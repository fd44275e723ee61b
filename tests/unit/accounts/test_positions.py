"""When somebody holds another position than before."""

import pytest

from accounts.domain.positions import Position, is_new_position

SELLER = Position("Account Executive", 1)


class TestAPosition:
    @pytest.mark.parametrize(
        "after",
        [Position("VP Sales", 1), Position("Account Executive", 2), Position("VP Sales", None)],
    )
    def test_is_another_with_another_title_or_department(self, after: Position) -> None:
        assert is_new_position(SELLER, after)

    @pytest.mark.parametrize(
        "after",
        [
            SELLER,
            Position("account executive", 1),
            Position("Executive, Account", 1),
            Position("", 1),
            Position("Account Executive", None),
        ],
    )
    def test_is_the_same_in_other_spelling_and_when_something_is_taken_away(
        self, after: Position
    ) -> None:
        assert not is_new_position(SELLER, after)

    def test_that_was_not_known_is_new_unless_a_list_fills_the_gap(self) -> None:
        unknown, known = Position("", None), Position("VP Sales", 1)
        assert is_new_position(unknown, known)
        assert not is_new_position(unknown, known, fills_gaps=True)
        assert is_new_position(SELLER, known, fills_gaps=True)
