"""Totals only: no sum is shown over fewer than five people, and none can be worked out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seats.domain.privacy import Visibility, fold, shows_person


def sizes(shown: tuple[int, ...], folded: tuple[int, ...]) -> tuple[list[int], list[int]]:
    return list(shown), list(folded)


class TestShowsPerson:
    def test_hides_everybody_else_when_only_totals_are_shown(self) -> None:
        assert shows_person(Visibility.PEOPLE)
        assert not shows_person(Visibility.TOTALS)

    def test_never_hides_a_person_from_themselves(self) -> None:
        assert shows_person(Visibility.TOTALS, is_self=True)


class TestFold:
    @pytest.mark.parametrize(
        ("groups", "shown", "folded"),
        [
            ([9, 5, 6], [9, 5, 6], []),
            # 4 + 3 are 7 people: together they may be shown.
            ([9, 4, 3], [9], [4, 3]),
            # 4 alone would be the whole less 9 and 6; the smallest shown group joins it.
            ([9, 4, 6], [9], [4, 6]),
            # 2 + 2 are four, so nothing of it may be told apart.
            ([2, 2], [], []),
            ([4, 7], [], [4, 7]),
            ([8, 0], [8], []),
            ([], [], []),
        ],
    )
    def test_puts_small_groups_together(
        self, groups: list[int], shown: list[int], folded: list[int]
    ) -> None:
        found = fold(groups, lambda people: people)
        assert sizes(found.shown, found.folded) == (shown, folded)

    @given(st.lists(st.integers(0, 12)))
    def test_leaves_no_sum_over_fewer_than_five(self, groups: list[int]) -> None:
        found = fold(groups, lambda people: people)
        assert all(people >= 5 for people in found.shown)
        assert not found.folded or sum(found.folded) >= 5
        if found.shown or found.folded:
            # Nobody is lost: the shown figures still add up to the whole.
            assert sum(found.shown) + sum(found.folded) == sum(groups)
        else:
            assert sum(groups) < 5
