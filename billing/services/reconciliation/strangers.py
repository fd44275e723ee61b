"""Objects at Stripe that belong to no organization: a person links or accepts them."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.domain.roles import StaffScope
from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context, staff_context
from billing.domain.repairs import Repair
from billing.gateways import stripe
from billing.models import BillingAccount, Stranger
from billing.services.mirror import refresh_customer
from billing.services.reconciliation.keeping import LASTING
from billing.services.reconciliation.repairing import ReasonMissing, RepairNotPossible


def accept_stranger(*, stranger_id: int, note: str, actor: Actor, now: datetime) -> Stranger:
    """Let an unknown object be as it is; it stays accepted as long as Stripe has it."""
    return _end(stranger_id, Repair.ACCEPT, Stranger.State.ACCEPTED, note, actor, now)


def link_customer(
    *, stranger_id: int, organization: Organization, note: str, actor: Actor, now: datetime
) -> Stranger:
    """Make an unknown customer the one of an organization that has none; return its row.

    What the customer has at Stripe is compared with the organization from then on. Must not run
    inside a transaction. Raises ReasonMissing, RepairNotPossible.
    """
    if not note.strip():
        raise ReasonMissing(_("Say why, so that others can follow it later."))
    row = Stranger.objects.get(pk=stranger_id)
    if row.state not in LASTING:
        return row
    if row.kind != Stranger.Kind.CUSTOMER:
        raise RepairNotPossible(_("Only a customer can be linked to an organization."))
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.BILLING):
        is_taken = BillingAccount.objects.filter(stripe_customer_id=row.stripe_id).exists()
    if is_taken:
        raise RepairNotPossible(_("This customer belongs to an organization by now."))
    if stripe.customer_side(row.stripe_id) is None:
        raise RepairNotPossible(_("Stripe does not have this customer any more."))
    with organization_context(organization.pk, user_id=actor.user_id):
        account, _created = BillingAccount.objects.select_for_update().get_or_create(
            organization_id=organization.pk, defaults={"payer_name": organization.name}
        )
        if account.stripe_customer_id and account.stripe_customer_id != row.stripe_id:
            raise RepairNotPossible(_("The organization has another customer at Stripe already."))
        account.stripe_customer_id = row.stripe_id
        account.save(update_fields=["stripe_customer_id"])
        record(
            actor=actor,
            verb="customer_linked",
            subject=account,
            organization_id=organization.pk,
            now=now,
            changes={"note": note.strip()[:500]},
        )
    refresh_customer(organization_id=organization.pk, now=now)
    return _end(stranger_id, Repair.LINK_CUSTOMER, Stranger.State.REPAIRED, note, actor, now)


def _end(
    stranger_id: int,
    repair: Repair,
    state: Stranger.State,
    note: str,
    actor: Actor,
    now: datetime,
) -> Stranger:
    if not note.strip():
        raise ReasonMissing(_("Say why, so that others can follow it later."))
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        row = Stranger.objects.select_for_update().get(pk=stranger_id)
        if row.state not in LASTING:
            return row
        row.repair, row.note = repair.value, note.strip()[:500]
        row.state, row.ended_at, row.ended_by_id = state, now, actor.user_id
        row.save()
        record(
            actor=actor,
            verb=f"stranger_{state.value}",
            subject=row,
            organization_id=None,
            now=now,
            changes={"repair": row.repair, "note": row.note},
        )
        return row
