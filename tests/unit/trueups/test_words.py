"""Lengths of time as a reader says them."""

from fractions import Fraction

import pytest

from trueups.selectors.words import length_words

HOUR = 3600
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (365 * DAY, "365 days"),
        # 272.96 days are 272 days and 23.04 hours.
        (Fraction(27296, 100) * DAY, "272 days and 23 hours"),
        (DAY + HOUR, "1 day and 1 hour"),
        # Half an hour is rounded up, and 23.5 hours are a day.
        (2 * DAY + 23 * HOUR + HOUR // 2, "3 days"),
        (5 * HOUR + 60, "5 hours"),
    ],
)
def test_a_length_is_told_in_days_and_hours(seconds: Fraction | int, words: str) -> None:
    assert length_words(Fraction(seconds)) == words
