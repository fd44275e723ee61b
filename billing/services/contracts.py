"""Approves how an organization pays, and has Stripe collect that way.

Reserve, commit, call Stripe, finish: the approval is stored with `applied_at` empty, and nothing is
bought until Stripe's subscription follows it. The sweeper goes on with what was interrupted.
"""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import structlog
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.domain.money import Money
from billing.gateways import stripe
from billing.models import BillingAccount, Contract, Purchase, Subscription
from seats.services.seats import lock_seat_pool

log = structlog.get_logger(__name__)

_LEFT_FOR = timedelta(seconds=45)
_BATCH = 500


class ContractNotPossible(DomainError):
    """The agreement contradicts itself, or a purchase is under way."""

    code: ClassVar[str] = "contract_not_possible"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class Agreement:
    """What finance approves. Amounts are minor units of the organization's currency."""

    collection: str = Contract.Collection.CARD
    net_days: int = 30
    credit_limit_minor: int = 0
    needs_po_number: bool = False
    cadence: str = Contract.Cadence.IMMEDIATE
    monthly_below_minor: int = 0


def approve_contract(
    *, organization_id: int, agreement: Agreement, reason: str, actor: Actor, now: datetime
) -> Contract:
    """Write what was agreed; the same agreement again changes nothing.

    `apply_contract` has Stripe follow it after the commit. Raises ContractNotPossible.
    """
    _check(agreement, reason)
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        if Purchase.objects.unfinished().filter(organization_id=organization_id).exists():
            raise ContractNotPossible(
                _("A purchase is under way. Please try again when it is done.")
            )
        before = Contract.objects.filter(organization_id=organization_id).first()
        if before is not None and agreement_of(before) == agreement and before.reason == reason:
            return before
        return _write(organization_id, before, agreement, reason, actor, now)


def agreement_of(contract: Contract) -> Agreement:
    """Return what a contract says, without who approved it."""
    return Agreement(
        collection=contract.collection,
        net_days=contract.net_days,
        credit_limit_minor=contract.credit_limit_minor,
        needs_po_number=contract.needs_po_number,
        cadence=contract.cadence,
        monthly_below_minor=contract.monthly_below_minor,
    )


def _check(agreement: Agreement, reason: str) -> None:
    on_terms = (
        agreement.collection == Contract.Collection.INVOICE
        or agreement.cadence == Contract.Cadence.MONTHLY
    )
    if not reason:
        raise ContractNotPossible(_("Say why this is approved."), about="reason")
    if on_terms and agreement.credit_limit_minor == 0:
        raise ContractNotPossible(
            _("Seats are granted before they are paid: set how much may be open at most."),
            about="credit_limit",
        )
    if agreement.cadence == Contract.Cadence.MONTHLY and agreement.monthly_below_minor == 0:
        raise ContractNotPossible(
            _("Say below which amount an addition waits for the monthly invoice."),
            about="monthly_below",
        )


def _write(
    organization_id: int,
    before: Contract | None,
    agreement: Agreement,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Contract:
    contract = before or Contract(organization_id=organization_id)
    changed = {
        name: value
        for name, value in asdict(agreement).items()
        if before is None or getattr(before, name) != value
    }
    for name, value in asdict(agreement).items():
        setattr(contract, name, value)
    contract.reason = reason[:500]
    contract.approved_by_id = actor.user_id
    contract.approved_by_label = actor.label[:200]
    contract.approved_at = now
    contract.stripe_key = uuid.uuid4()
    contract.applied_at = None
    contract.save()
    currency = Organization.objects.get(pk=organization_id).currency
    record(
        actor=actor,
        verb="contract_approved",
        subject=contract,
        organization_id=organization_id,
        now=now,
        changes={name: _told(name, value, currency) for name, value in changed.items()}
        | {"note": reason[:500]},
    )
    return contract


def _told(name: str, value: str | int | bool, currency: str) -> str | int | bool:
    """Return a value as the history keeps it: amounts in whole units, with their currency."""
    if name.endswith("_minor"):
        return f"{Money(int(value), currency).decimal} {currency}"
    return value


def apply_contract(*, organization_id: int, now: datetime) -> Contract | None:
    """Have Stripe's subscription collect as the contract says; safe to call again.

    Returns None without a contract, and the contract unapplied when Stripe did not do it.
    """
    with organization_context(organization_id):
        contract = Contract.objects.filter(organization_id=organization_id).first()
        subscription = (
            Subscription.objects.current()
            .filter(organization_id=organization_id)
            .exclude(stripe_subscription_id="")
            .first()
        )
    if contract is None or contract.applied_at is not None:
        return contract
    if subscription is not None:
        try:
            stripe.set_collection(
                subscription_id=subscription.stripe_subscription_id,
                by_invoice=contract.collection == Contract.Collection.INVOICE,
                net_days=contract.net_days,
                idempotency_key=f"contract-{contract.stripe_key}",
            )
        except stripe.GatewayError:
            log.exception("contract_not_applied", organization=organization_id)
            return contract
    return _finish(contract, now)


def _finish(contract: Contract, now: datetime) -> Contract:
    with organization_context(contract.organization_id):
        lock_seat_pool(organization_id=contract.organization_id)
        applied = Contract.objects.filter(
            organization_id=contract.organization_id, stripe_key=contract.stripe_key
        ).update(applied_at=now)
        if applied:
            BillingAccount.objects.filter(organization_id=contract.organization_id).update(
                collection=contract.collection
            )
        return Contract.objects.get(organization_id=contract.organization_id)


def sweep_contracts(*, now: datetime) -> int:
    """Apply contracts that were left between approval and Stripe; return how many."""
    found = list(
        Contract.objects.using("pipeline")
        .filter(applied_at__isnull=True, approved_at__lte=now - _LEFT_FOR)
        .values_list("organization_id", flat=True)[:_BATCH]
    )
    for organization_id in found:
        apply_contract(organization_id=organization_id, now=now)
    return len(found)
