"""When a rule is to be looked at, and when it must stop telling people: by its ended tasks."""

from enum import StrEnum
from typing import Final

JUDGED_FROM: Final = 20
"""Fewer ended tasks say nothing."""
REVIEW_ABOVE_PERCENT: Final = 30
MUTE_ABOVE_PERCENT: Final = 50


class Verdict(StrEnum):
    """What a rule's ended tasks say about it."""

    UNKNOWN = "unknown"
    GOOD = "good"
    REVIEW = "review"
    MUTE = "mute"


def judge(*, ended: int, false_ended: int) -> Verdict:
    """Return the verdict over `ended` tasks of which `false_ended` were false positives.

    Raises ValueError when more were false than ended.
    """
    if not 0 <= false_ended <= ended:
        raise ValueError("Of the ended tasks at most all were false.")
    if ended < JUDGED_FROM:
        return Verdict.UNKNOWN
    if false_ended * 100 > MUTE_ABOVE_PERCENT * ended:
        return Verdict.MUTE
    if false_ended * 100 > REVIEW_ABOVE_PERCENT * ended:
        return Verdict.REVIEW
    return Verdict.GOOD
