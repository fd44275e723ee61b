"""What a contract says about true-ups, as the domain computes with it.

Owns: the terms, their limits, and their form as JSON, in which a quarter keeps the ones it began
under. Does not own: who approved them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final


class Policy(StrEnum):
    """Whose seats count.

    STRICT counts every assigned seat. FLEXIBLE counts assigned seats of active people. HYBRID
    counts every assigned seat; the inactive may then be removed against a credit.
    """

    STRICT = "strict"
    FLEXIBLE = "flexible"
    HYBRID = "hybrid"


class ReviewDefault(StrEnum):
    """What happens at the end of the review to people nobody decided on."""

    KEEP = "keep"
    REMOVE = "remove"


class ShareRule(StrEnum):
    """Which share of a term's price is charged for seats above what was bought."""

    REMAINING_DAYS = "remaining_days"
    REMAINING_QUARTERS = "remaining_quarters"


class QuarterBasis(StrEnum):
    """From where quarters are counted."""

    TERM = "term"
    CALENDAR = "calendar"


class ImpossibleTerms(ValueError):
    """Terms that contradict themselves; `about` names the field."""

    def __init__(self, about: str, sentence: str) -> None:
        super().__init__(sentence)
        self.about = about


NOTICE_DAYS: Final = (28, 14, 3)


@dataclass(frozen=True, slots=True)
class Activity:
    """Who counts as active on a day: active on so many days of a window that ends with the day.

    A day with a foreground action is an active day; `counts_sign_ins` says whether a sign-in
    alone makes one. Days are days of UTC, as usage is counted.
    """

    window_days: int = 28
    least_active_days: int = 1
    counts_sign_ins: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.window_days <= 366:
            raise ImpossibleTerms("window_days", "The window has 1 to 366 days.")
        if not 1 <= self.least_active_days <= self.window_days:
            raise ImpossibleTerms(
                "least_active_days", "At least one day, and at most those of the window."
            )


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of the terms. `first_month` begins the fiscal year of calendar quarters."""

    policy: Policy = Policy.HYBRID
    activity: Activity = Activity()
    lock_out_days: int = 30
    review_days: int = 14
    review_default: ReviewDefault = ReviewDefault.KEEP
    notice_days: tuple[int, ...] = NOTICE_DAYS
    share_rule: ShareRule = ShareRule.REMAINING_DAYS
    quarter_basis: QuarterBasis = QuarterBasis.TERM
    first_month: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.lock_out_days <= 366:
            raise ImpossibleTerms("lock_out_days", "The lock-out has 0 to 366 days.")
        if not 1 <= self.review_days <= 60:
            raise ImpossibleTerms("review_days", "The review takes 1 to 60 days.")
        if not 1 <= self.first_month <= 12:
            raise ImpossibleTerms("first_month", "The fiscal year begins in a month from 1 to 12.")
        if any(not 1 <= days <= 60 for days in self.notice_days):
            raise ImpossibleTerms("notice_days", "Notices go out 1 to 60 days ahead.")
        if list(self.notice_days) != sorted(set(self.notice_days), reverse=True):
            raise ImpossibleTerms("notice_days", "Name each day once, the earliest notice first.")

    @property
    def offers_removal(self) -> bool:
        """Whether the inactive may be removed against a credit."""
        return self.policy is Policy.HYBRID

    @property
    def lock_out(self) -> timedelta:
        return timedelta(days=self.lock_out_days)


def terms_to_json(terms: Terms) -> dict[str, Any]:
    """Return the terms as JSON types."""
    return {
        "policy": terms.policy.value,
        "window_days": terms.activity.window_days,
        "least_active_days": terms.activity.least_active_days,
        "counts_sign_ins": terms.activity.counts_sign_ins,
        "lock_out_days": terms.lock_out_days,
        "review_days": terms.review_days,
        "review_default": terms.review_default.value,
        "notice_days": list(terms.notice_days),
        "share_rule": terms.share_rule.value,
        "quarter_basis": terms.quarter_basis.value,
        "first_month": terms.first_month,
    }


def terms_from_json(data: dict[str, Any]) -> Terms:
    """Return the terms that `terms_to_json` wrote."""
    return Terms(
        policy=Policy(data["policy"]),
        activity=Activity(data["window_days"], data["least_active_days"], data["counts_sign_ins"]),
        lock_out_days=data["lock_out_days"],
        review_days=data["review_days"],
        review_default=ReviewDefault(data["review_default"]),
        notice_days=tuple(data["notice_days"]),
        share_rule=ShareRule(data["share_rule"]),
        quarter_basis=QuarterBasis(data["quarter_basis"]),
        first_month=data["first_month"],
    )
