"""Credits a purchase to the task that asked for it, and ends the alert at once.

Registered with `billing.hooks.on_seats_purchased` when the app starts: runs inside the granting
transaction and the organization's tenancy context. If it fails, the next scan sees that seats were
bought and does the same.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import Membership, Organization
from billing.hooks import SeatsPurchased
from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.domain.utilization import Utilization
from seats.models import MemberActivity, SeatPool
from signals.domain.alerts import ResolveAlert, seats_bought
from signals.domain.detectors.utilization import USUAL, UtilizationSettings
from signals.domain.tasks import Credit, Play
from signals.models import AlertMemory, DetectorKind
from signals.selectors.rule_settings import in_force
from signals.services.alerts import end_signal, open_signal
from signals.services.expansion import close_settled_task
from signals.services.memory import lock_memory, save_memory


def credit_purchase(purchased: SeatsPurchased) -> None:
    """Resolve the organization's alert and close its task as won, with seats and ARR credited."""
    organization = Organization.objects.get(pk=purchased.organization_id)
    memory = lock_memory(organization_id=organization.pk, kind=DetectorKind.UTILIZATION)
    seats = _seats_after(purchased)
    on = purchased.at.astimezone(ZoneInfo(organization.time_zone)).date()
    state, effects = seats_bought(memory.state, seats, on, _settings(memory))
    save_memory(memory, state)
    for effect in effects:
        signal = open_signal(organization_id=organization.pk, kind=DetectorKind.UTILIZATION)
        if signal is not None and isinstance(effect, ResolveAlert):
            end_signal(signal, effect, actor=purchased.actor, at=purchased.at)
    close_settled_task(
        organization_id=organization.pk,
        play=Play.ADD_SEATS,
        bought=Credit(purchased.seats_added, purchased.annual_delta_minor, purchased.currency),
        is_condition_cleared=False,
        at=purchased.at,
    )


def _settings(memory: AlertMemory) -> UtilizationSettings:
    """Return the settings of the alert; without an open one they say nothing and are not read."""
    if not memory.state.is_open:
        return USUAL
    kind = DetectorKind.UTILIZATION.value
    return in_force(kind, UtilizationSettings, memory.organization_id)


def _seats_after(purchased: SeatsPurchased) -> Utilization:
    pool = SeatPool.objects.get(organization_id=purchased.organization_id)
    gone = Membership.objects.filter(
        Q(kind=Membership.Kind.SERVICE) | Q(state=Membership.State.DEACTIVATED)
    )
    active = (
        MemberActivity.objects.filter(
            organization_id=purchased.organization_id,
            last_active_at__gte=purchased.at - ACTIVE_WINDOW,
            last_active_at__lte=purchased.at + timedelta(minutes=1),
        )
        .exclude(membership__in=gone)
        .count()
    )
    return Utilization(purchased=purchased.seats_after, assigned=pool.assigned_seats, active=active)
