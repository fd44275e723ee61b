"""Puts money on an organization's credit balance, with the reason.

Above the vendor's amount a credit waits for a second person (`decide_credit`); until then nothing
is asked of Stripe.
"""

from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import STRIPE, Actor, record
from accounts.tenancy import organization_context
from billing.domain.four_eyes import Subject, needs_second_person
from billing.gateways import stripe
from billing.models import CreditGrant
from billing.selectors.four_eyes import approval_amount, credited_by_one_person
from billing.services.four_eyes import check_second_person, mail_second_person
from billing.services.mirror import refresh_customer
from billing.services.subscriptions import ensure_customer


class CreditRefused(DomainError):
    """An amount of nothing or less, or one without a reason."""

    code: ClassVar[str] = "credit_refused"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "amount"


class CreditNoteMissing(DomainError):
    """Whoever asked for a credit reads why it was refused."""

    code: ClassVar[str] = "credit_note_missing"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "note"


def grant_credit(
    *,
    organization_id: int,
    amount_minor: int,
    reason: str,
    idempotency_key: str,
    actor: Actor,
    now: datetime,
) -> CreditGrant:
    """Store a credit in the organization's currency; the balance grows once it is carried out.

    The same key returns the same grant. Above the amount that one person may decide it waits, and
    finance is mailed. Raises CreditRefused.
    """
    if amount_minor <= 0 or not reason.strip():
        raise CreditRefused(_("Give an amount above zero and the reason for it."))
    with organization_context(organization_id, user_id=actor.user_id):
        # Two credits at once count each other.
        organization = Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
        waits = needs_second_person(
            amount_minor,
            approval_amount(Subject.CREDIT, organization.currency),
            already_minor=credited_by_one_person(organization_id, organization.currency, now),
        )
        grant, created = CreditGrant.objects.get_or_create(
            organization_id=organization_id,
            idempotency_key=idempotency_key[:200],
            defaults={
                "amount_minor": amount_minor,
                "currency": organization.currency,
                "reason": reason.strip()[:300],
                "granted_by_id": actor.user_id,
                "actor_label": actor.label[:200],
                "created_at": now,
                "approval": CreditGrant.Approval.WAITING
                if waits
                else CreditGrant.Approval.NOT_NEEDED,
            },
        )
        if created:
            _record(grant, "credit_proposed" if waits else "credit_granted", actor, now)
            if waits:
                mail_second_person(
                    organization=organization,
                    subject=gettext_noop("A credit for %(organization)s waits for you"),
                    amount_minor=grant.amount_minor,
                    currency=grant.currency,
                    reason=grant.reason,
                    path=reverse("reviews"),
                    first=actor,
                )
        return grant


def decide_credit(
    *,
    organization_id: int,
    grant_id: int,
    is_approved: bool,
    note: str,
    actor: Actor,
    now: datetime,
) -> CreditGrant:
    """Let a waiting credit pass or refuse it; a decided one is returned unchanged.

    Who asked for it may only take it back. Raises SecondPersonNeeded, and CreditNoteMissing for a
    refusal without a reason.
    """
    if not is_approved and not note.strip():
        raise CreditNoteMissing(_("Say why the credit is refused."))
    with organization_context(organization_id, user_id=actor.user_id):
        grant = CreditGrant.objects.select_for_update(of=("self",)).get(pk=grant_id)
        if grant.approval != CreditGrant.Approval.WAITING:
            return grant
        if is_approved:
            check_second_person(actor=actor, first=grant.granted_by_id)
        approval = CreditGrant.Approval
        grant.approval = approval.APPROVED if is_approved else approval.REFUSED
        grant.decided_at, grant.decided_by_id = now, actor.user_id
        grant.decision_note = note.strip()[:300]
        grant.save(update_fields=["approval", "decided_at", "decided_by", "decision_note"])
        _record(grant, "credit_approved" if is_approved else "credit_turned_down", actor, now)
        if is_approved:
            _record(grant, "credit_granted", Actor(grant.actor_label, grant.granted_by_id), now)
        return grant


def _record(grant: CreditGrant, verb: str, actor: Actor, now: datetime) -> None:
    changes: dict[str, Any] = {"total_minor": grant.amount_minor, "currency": grant.currency}
    if verb != "credit_granted" and grant.decision_note:
        changes["note"] = grant.decision_note
    record(
        actor=actor,
        verb=verb,
        subject=grant,
        organization_id=grant.organization_id,
        now=now,
        changes=changes,
    )


def carry_out_credit(*, organization_id: int, grant_id: int, now: datetime) -> CreditGrant:
    """Book a stored credit at Stripe, once. Must not run inside a transaction.

    Raises `stripe.GatewayError` when Stripe does not do it; calling it again goes on.
    """
    with organization_context(organization_id):
        grant = CreditGrant.objects.get(pk=grant_id)
    if grant.done_at is not None or not grant.may_be_booked:
        return grant
    customer_id = ensure_customer(organization_id=organization_id, now=now)
    movement_id = stripe.add_credit(
        customer_id=customer_id,
        amount_minor=grant.amount_minor,
        currency=grant.currency,
        reason=grant.reason,
        grant=str(grant.stripe_key),
    )
    with organization_context(organization_id):
        grant = CreditGrant.objects.select_for_update().get(pk=grant_id)
        if grant.done_at is None:
            grant.stripe_transaction_id, grant.done_at = movement_id, now
            grant.save(update_fields=["stripe_transaction_id", "done_at"])
            record(
                actor=STRIPE,
                verb="credit_booked",
                subject=grant,
                organization_id=organization_id,
                now=now,
            )
    refresh_customer(organization_id=organization_id, now=now)
    return grant
