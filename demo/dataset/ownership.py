"""Who owns tasks in the demo: a rule, a manager, a planned absence with a deputy; and a note.

Everything goes through the services, and a repeat changes nothing.
"""

from datetime import datetime, timedelta
from typing import Final

from accounts.domain.roles import StaffScope
from accounts.models import Organization, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context, staff_context
from demo.dataset.cast import MAX, MIA
from signals.models import AccountNote, OwnerRule
from signals.services.notes import write_note
from signals.services.staff import save_owner_rule, set_absence, set_manager

_AWAY_IN: Final = timedelta(days=10)
_AWAY_FOR: Final = timedelta(days=6)
_NOTE: Final = (
    "Budget for the next year is decided in the second week of December.\n"
    "Write to Ada first; purchasing wants a quote with the order number on it."
)


def share_the_work(
    organization: Organization, staff: dict[str, User], *, admin: User, now: datetime
) -> None:
    """Let account managers share what nobody has, one be away soon, and note what Max knows."""
    actor, max_, mia = Actor.of(admin), staff[MAX.email], staff[MIA.email]
    with staff_context(user_id=admin.pk, scope=StaffScope.ALL):
        is_new = not OwnerRule.objects.exists()
        if is_new:
            rule = OwnerRule(
                segment=Organization.Segment.MID_MARKET, countries="DE, AT, CH", seats_from=10
            )
            save_owner_rule(rule=rule, managers=[max_, mia], actor=actor, now=now)
    for person in (max_, mia):
        set_manager(user=person, manager=admin, actor=actor, now=now)
    if is_new:
        begins = (now + _AWAY_IN).date()
        set_absence(
            user=mia,
            absent_from=begins,
            absent_until=begins + _AWAY_FOR,
            deputy=max_,
            actor=Actor.of(mia),
            now=now,
        )
    with organization_context(organization.pk):
        is_noted = AccountNote.objects.filter(organization=organization).exists()
    if not is_noted:
        write_note(
            organization_id=organization.pk,
            body=_NOTE,
            actor=Actor.of(max_),
            now=now - timedelta(days=4),
        )
