"""Keeps what comparisons found: one row for as long as a difference lasts, with its state."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.domain.roles import StaffScope
from accounts.services.history import SYSTEM, record
from accounts.tenancy import organization_context, staff_context
from billing.domain import reconciliation as domain
from billing.domain.reconciliation import STAGE_OF, STRANGER_STAGE, Found, Stage
from billing.models import Difference, Stranger
from billing.selectors.sides import PIPELINE
from billing.services.reconciliation.comparing import Compared, Scope, Unowned

_State = Difference.State
LASTING = (_State.OPEN, _State.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Kept:
    """How many differences a stage opened, and how many are gone."""

    opened: int
    gone: int


def keep(stage: Stage, compared: Compared, scope: Scope, *, now: datetime) -> Kept:
    """Write what a whole stage found; what it did not find again is gone.

    Organizations in motion are left as they are. Seeing the same thing again counts on its row.
    """
    by_organization: dict[int, list[Found]] = defaultdict(list)
    for organization_id, found in compared.found:
        by_organization[organization_id].append(found)
    kinds = [kind.value for kind, its_stage in STAGE_OF.items() if its_stage is stage]
    lasting = Difference.objects.using(PIPELINE).filter(state__in=LASTING, kind__in=kinds)
    if scope.organization_id is not None:
        lasting = lasting.filter(organization_id=scope.organization_id)
    concerned = set(by_organization) | set(lasting.values_list("organization_id", flat=True))
    opened = gone = 0
    for organization_id in concerned - compared.moving:
        kept = _keep_one(organization_id, kinds, by_organization[organization_id], now)
        opened, gone = opened + kept.opened, gone + kept.gone
    if scope.is_whole:
        kept = _keep_strangers(stage, compared.unowned, now)
        opened, gone = opened + kept.opened, gone + kept.gone
    return Kept(opened, gone)


def _keep_one(
    organization_id: int, kinds: list[str], found: Iterable[Found], now: datetime
) -> Kept:
    opened = gone = 0
    with organization_context(organization_id):
        lasting = {
            (row.kind, row.subject): row
            for row in Difference.objects.select_for_update().filter(
                organization_id=organization_id, state__in=LASTING, kind__in=kinds
            )
        }
        for one in found:
            row = lasting.pop((one.kind.value, one.subject), None)
            if row is None:
                _open(organization_id, one, now)
                opened += 1
            else:
                see_again(row, one, now)
        for row in lasting.values():
            end_as_gone(row, now)
            gone += 1
    return Kept(opened, gone)


def _open(organization_id: int, found: Found, now: datetime) -> Difference:
    row = Difference.objects.create(
        organization_id=organization_id,
        kind=found.kind.value,
        subject=found.subject,
        ours=found.ours[:200],
        theirs=found.theirs[:200],
        first_seen_at=now,
        last_seen_at=now,
    )
    record(
        actor=SYSTEM,
        verb="difference_found",
        subject=row,
        organization_id=organization_id,
        now=now,
    )
    return row


def see_again(row: Difference, found: Found, now: datetime) -> None:
    """Count that a lasting difference was seen again; an accepted one that changed is open."""
    is_unchanged = (row.ours, row.theirs) == (found.ours[:200], found.theirs[:200])
    before = domain.State(row.state)
    row.state = domain.seen_again(before, is_unchanged=is_unchanged).value
    row.ours, row.theirs = found.ours[:200], found.theirs[:200]
    row.last_seen_at = now
    row.times_seen += 1
    if row.state != before.value:
        row.ended_at, row.ended_by = None, None
        record(
            actor=SYSTEM,
            verb="difference_opened_again",
            subject=row,
            organization_id=row.organization_id,
            now=now,
        )
    row.save()


def end_as_gone(row: Difference, now: datetime) -> None:
    """Write that both sides agree by now, without a repair of ours."""
    row.state, row.ended_at = _State.GONE, now
    row.save()
    record(
        actor=SYSTEM,
        verb="difference_gone",
        subject=row,
        organization_id=row.organization_id,
        now=now,
    )


def _keep_strangers(stage: Stage, unowned: Iterable[Unowned], now: datetime) -> Kept:
    kinds = [kind.value for kind, its_stage in STRANGER_STAGE.items() if its_stage is stage]
    opened = gone = 0
    with staff_context(user_id=0, scope=StaffScope.ALL):
        lasting = {
            row.stripe_id: row
            for row in Stranger.objects.select_for_update().filter(
                state__in=LASTING, kind__in=kinds
            )
        }
        for one in unowned:
            row = lasting.pop(one.stripe_id, None)
            if row is None:
                row = Stranger.objects.create(
                    kind=one.kind.value,
                    stripe_id=one.stripe_id,
                    customer_id=one.customer_id,
                    label=one.label[:200],
                    amount_minor=one.amount_minor,
                    currency=one.currency,
                    first_seen_at=now,
                    last_seen_at=now,
                )
                opened += 1
                record(
                    actor=SYSTEM,
                    verb="stranger_found",
                    subject=row,
                    organization_id=None,
                    now=now,
                )
            else:
                row.last_seen_at, row.times_seen = now, row.times_seen + 1
                row.label, row.amount_minor = one.label[:200], one.amount_minor
                row.save()
        for row in lasting.values():
            row.state, row.ended_at = _State.GONE, now
            row.save()
            gone += 1
            record(actor=SYSTEM, verb="stranger_gone", subject=row, organization_id=None, now=now)
    return Kept(opened, gone)
