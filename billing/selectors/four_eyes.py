"""The amounts that wait for a second person, and the credits that do."""

from datetime import datetime

from django.db.models import QuerySet, Sum

from billing.domain.four_eyes import DEFAULT_AMOUNTS, WINDOW, Subject
from billing.models import ApprovalAmount, CreditGrant


def approval_amount(subject: Subject, currency: str) -> int | None:
    """Return the most that one person may decide, in minor units; None is no limit."""
    row = ApprovalAmount.objects.filter(pk=currency).first()
    if row is None:
        return DEFAULT_AMOUNTS.get(currency)
    return row.credit_minor if subject is Subject.CREDIT else row.true_up_minor


def credited_by_one_person(organization_id: int, currency: str, now: datetime) -> int:
    """Return what was credited lately without a second person, inside the tenancy context."""
    found = CreditGrant.objects.filter(
        organization_id=organization_id,
        currency=currency,
        approval=CreditGrant.Approval.NOT_NEEDED,
        created_at__gt=now - WINDOW,
    )
    return found.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def credits_for_two() -> QuerySet[CreditGrant]:
    """Return the credits that two people decide about, those to be decided first."""
    return (
        CreditGrant.objects.exclude(approval=CreditGrant.Approval.NOT_NEEDED)
        .select_related("organization", "granted_by", "decided_by")
        .order_by("decided_at", "-created_at")
    )


def waiting_for_second() -> QuerySet[CreditGrant]:
    """Return the credits that wait for their second person, the oldest first."""
    return credits_for_two().filter(approval=CreditGrant.Approval.WAITING).order_by("created_at")
