"""The vendor's tax rates, and the tax that an organization's later invoices carry.

A change of rate, address, VAT id or exemption only marks the account. `carry_out_tax` decides,
tells Stripe and then writes what holds, so that our figures and Stripe's change at one point.
"""

from datetime import datetime
from typing import ClassVar

import structlog
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import SYSTEM, Actor, record
from accounts.tenancy import organization_context
from billing.domain.tax import TaxReason
from billing.gateways import stripe
from billing.models import BillingAccount, Subscription, TaxRule
from billing.selectors.tax import tax_of
from billing.services.catalog import ensure_tax_rate_at_stripe
from billing.services.renewal_plan import bump_plan

log = structlog.get_logger(__name__)

_AT_STRIPE = {TaxReason.EXEMPT.value: "exempt", TaxReason.REVERSE_CHARGE.value: "reverse"}
_BATCH = 500


class TaxRuleRefused(DomainError):
    """Not a country's code, or not a rate."""

    code: ClassVar[str] = "tax_rule_refused"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "country"


def set_tax_rule(
    *, country: str, basis_points: int, name: str, actor: Actor, now: datetime
) -> TaxRule:
    """Set the rate of a country for later invoices; runs in the staff context of scope `all`.

    `mark_accounts_of` then has the organizations of that country taxed anew. Raises TaxRuleRefused.
    """
    code = country.strip().upper()
    if not (len(code) == 2 and code.isascii() and code.isalpha()) or not name.strip():
        raise TaxRuleRefused(_("Name a country by its two letters, and the tax as invoices say."))
    if not 0 <= basis_points <= 10_000:
        raise TaxRuleRefused(_("A rate is between 0 and 100 %."))
    before = TaxRule.objects.filter(country=code).first()
    rule, _created = TaxRule.objects.update_or_create(
        country=code,
        defaults={
            "basis_points": basis_points,
            "name": name.strip()[:40],
            "changed_at": now,
            "changed_by_id": actor.user_id,
        },
    )
    record(
        actor=actor,
        verb="tax_rule_changed",
        subject=rule,
        organization_id=None,
        now=now,
        changes={
            "rate": [before.basis_points / 100 if before else "", basis_points / 100],
            "name": rule.name,
        },
    )
    return rule


def set_tax_exempt(*, organization_id: int, is_exempt: bool, actor: Actor, now: datetime) -> None:
    """Exempt an organization from tax, or end that, for later invoices."""
    with organization_context(organization_id, user_id=actor.user_id):
        account = BillingAccount.objects.select_for_update().get(organization_id=organization_id)
        if account.is_tax_exempt == is_exempt:
            return
        account.is_tax_exempt = is_exempt
        account.tax_pending_since = now
        account.save(update_fields=["is_tax_exempt", "tax_pending_since"])
        record(
            actor=actor,
            verb="tax_exempted" if is_exempt else "tax_exemption_ended",
            subject=account,
            organization_id=organization_id,
            now=now,
        )


def mark_accounts_of(*, country: str, now: datetime) -> int:
    """Have every organization of a country taxed anew; return how many."""
    found = list(
        BillingAccount.objects.using("pipeline")
        .filter(country=country)
        .values_list("organization_id", flat=True)
    )
    for organization_id in found:
        mark_tax(organization_id=organization_id, now=now)
    return len(found)


def mark_tax(*, organization_id: int, now: datetime) -> None:
    """Have an organization taxed anew after its address or VAT id changed."""
    with organization_context(organization_id):
        BillingAccount.objects.filter(organization_id=organization_id).update(tax_pending_since=now)


def carry_out_tax(*, organization_id: int, now: datetime) -> BillingAccount:
    """Decide the tax of a marked account, tell Stripe, write it. Not inside a transaction.

    Raises `stripe.GatewayError` when Stripe does not take it; calling it again goes on.
    """
    with organization_context(organization_id):
        account = BillingAccount.objects.get(organization_id=organization_id)
        marked_at = account.tax_pending_since
        subscription = (
            Subscription.objects.current()
            .filter(organization_id=organization_id)
            .exclude(stripe_subscription_id="")
            .first()
        )
        decision = tax_of(account)
    if marked_at is None:
        return account
    if account.stripe_customer_id:
        stripe.set_tax(
            customer_id=account.stripe_customer_id,
            subscription_id=subscription.stripe_subscription_id if subscription else "",
            tax_exempt=_AT_STRIPE.get(decision.reason, "none"),
            tax_rate_id=ensure_tax_rate_at_stripe(
                basis_points=decision.basis_points, name=decision.name, now=now
            ),
            idempotency_key=f"tax-{organization_id}-{marked_at.timestamp()}-{decision.reason}"
            f"-{decision.basis_points}",
        )
    with organization_context(organization_id):
        account = BillingAccount.objects.select_for_update().get(organization_id=organization_id)
        before = account.tax_rate_basis_points
        if account.tax_pending_since == marked_at:
            account.tax_pending_since = None
        changed = (before, account.tax_reason) != (decision.basis_points, decision.reason)
        account.tax_rate_basis_points = decision.basis_points
        account.tax_name, account.tax_reason = decision.name, decision.reason.value
        account.save(
            update_fields=[
                "tax_pending_since", "tax_rate_basis_points", "tax_name", "tax_reason",
            ]
        )  # fmt: skip
        if changed and subscription is not None:
            # A planned renewal has tax rates of its own at Stripe: it is told again.
            bump_plan(subscription)
        if changed:
            record(
                actor=SYSTEM,
                verb="tax_changed",
                subject=account,
                organization_id=organization_id,
                now=now,
                changes={
                    "rate": [before / 100, decision.basis_points / 100],
                    "code": decision.reason.value,
                },
            )
        return account


def sweep_tax(*, now: datetime) -> int:
    """Carry out what is marked; return how many were looked at."""
    found = list(
        BillingAccount.objects.using("pipeline")
        .filter(tax_pending_since__lte=now)
        .values_list("organization_id", flat=True)[:_BATCH]
    )
    for organization_id in found:
        try:
            carry_out_tax(organization_id=organization_id, now=now)
        except Exception:
            # One account that Stripe does not take must not hold up the others.
            log.exception("tax_not_carried_out", organization=organization_id)
    return len(found)
