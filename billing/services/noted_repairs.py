"""Lets finance end a monthly addition that stopped because Stripe noted other amounts."""

from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.domain.quoting import tax_on
from billing.models import Incident, Purchase
from billing.services.charging import advance_purchase
from billing.services.noted_lines import net_of, noted_items


class NotedRepairRefused(DomainError):
    """This repair does not fit, or its reason is missing. Nothing was done."""

    code: ClassVar[str] = "noted_repair_refused"
    status: ClassVar[int] = 422


def repair_noted(
    *,
    organization_id: int,
    incident_id: int,
    repair: Purchase.NotedRepair,
    note: str,
    actor: Actor,
    now: datetime,
) -> Purchase:
    """Store how a person wants it repaired, then carry that out; the customer pays the quote.

    The sweeper goes on with what Stripe does not answer. Must not run inside a transaction. Raises
    NotedRepairRefused, Incident.DoesNotExist and the gateway's errors.
    """
    if not note.strip():
        raise NotedRepairRefused(_("Say why, so that others can follow it later."))
    with organization_context(organization_id):
        known = (
            Purchase.objects.select_related("quote", "subscription")
            .filter(incidents__pk=incident_id)
            .first()
        )
    if known is None or not known.waits_for_noted_lines:
        raise NotedRepairRefused(_("This purchase goes on by itself or has ended."))
    if repair == Purchase.NotedRepair.ADD_LINE:
        _check_tax(known)
    with organization_context(organization_id, user_id=actor.user_id):
        incident = Incident.objects.select_for_update().get(pk=incident_id)
        purchase = Purchase.objects.select_for_update().get(pk=known.pk)
        if not purchase.waits_for_noted_lines:
            raise NotedRepairRefused(_("This purchase goes on by itself or has ended."))
        if not purchase.noted_repair:
            purchase.noted_repair = repair
            purchase.save(update_fields=["noted_repair"])
            incident.closed_at, incident.closed_by_id = now, actor.user_id
            incident.note = note.strip()[:500]
            incident.save(update_fields=["closed_at", "closed_by", "note"])
            record(
                actor=actor,
                verb="noted_lines_repaired",
                subject=incident,
                organization_id=organization_id,
                now=now,
                changes={"note": incident.note, "repair": repair.value},
            )
    return advance_purchase(organization_id=organization_id, purchase_id=known.pk, now=now)


def _check_tax(purchase: Purchase) -> None:
    """Refuse one line for the difference where rounding tax line by line would lose a cent."""
    figures = purchase.quote.snapshot()
    amounts = [item.amount_minor for item in noted_items(purchase)]
    amounts.append(net_of(purchase) - sum(amounts))
    tax = sum(tax_on(amount, figures.tax_basis_points) for amount in amounts)
    if tax != figures.now.tax_minor or figures.now.discount_minor:
        raise NotedRepairRefused(
            _("With one line for the difference the tax would not be what was quoted. ")
            + _("Put our lines instead.")
        )
