"""An owner enters without the provider: because it is down, or because it is set up wrong."""

from datetime import datetime

from accounts.models import Membership, Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from sso.services import mails


def enter_in_emergency(
    *, organization_id: int, membership: Membership, reason: str, actor: Actor, now: datetime
) -> None:
    """Record it with its reason, and tell every owner and admin. The view checked who it is."""
    with organization_context(organization_id, user_id=actor.user_id):
        record(
            actor=actor,
            verb="sso_emergency_entry",
            subject=membership,
            organization_id=organization_id,
            now=now,
            changes={"note": reason},
        )
        mails.tell_admins(
            organization_id=organization_id,
            template="emergency",
            context={"who": str(membership), "note": reason, "at": now},
        )


def note_refusal(*, organization_id: int, email: str, reason: str, now: datetime) -> None:
    """Record that somebody whom the provider vouched for may not come in.

    Runs only for assertions that were good: a stranger cannot fill the history with it.
    """
    with organization_context(organization_id):
        record(
            actor=Actor(label=email[:200] or "?"),
            verb="sso_sign_in_refused",
            subject=Organization.objects.get(pk=organization_id),
            organization_id=organization_id,
            now=now,
            changes={"refusal": reason},
        )
