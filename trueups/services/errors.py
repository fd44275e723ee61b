"""What a true-up refuses, as people read it."""

from typing import ClassVar

from accounts.errors import DomainError


class TermsNotPossible(DomainError):
    """The terms contradict themselves, or the subscription cannot have true-ups."""

    code: ClassVar[str] = "true_up_terms_not_possible"
    status: ClassVar[int] = 422


class NotUnderReview(DomainError):
    """The customer decides during the review, and not before or after it."""

    code: ClassVar[str] = "true_up_not_under_review"


class DecisionNotPossible(DomainError):
    """The person is not offered for removal, or the reason is missing."""

    code: ClassVar[str] = "true_up_decision_not_possible"
    status: ClassVar[int] = 422


class DisputeNotPossible(DomainError):
    """The line is disputed already, or the dispute is closed."""

    code: ClassVar[str] = "true_up_dispute_not_possible"


class NotWithFinance(DomainError):
    """Finance answers, waives, returns and signs what the customer has submitted."""

    code: ClassVar[str] = "true_up_not_with_finance"


class SigningNotPossible(DomainError):
    """A dispute is open, an earlier quarter is, or the amount is not the one that was read."""

    code: ClassVar[str] = "true_up_signing_not_possible"


class ReactivationNotPossible(DomainError):
    """The person was not removed, has come back, or the lock-out is over."""

    code: ClassVar[str] = "reactivation_not_possible"
