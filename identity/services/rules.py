"""Writes what an organization asks of the sign-in of its people."""

from dataclasses import asdict
from datetime import datetime

from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from identity.domain.rules import SignInRules
from identity.models import IdentityRules


def change_rules(
    *, organization_id: int, rules: SignInRules, actor: Actor, now: datetime
) -> IdentityRules:
    """Set the rules of an organization; they hold from the next request of its people."""
    with organization_context(organization_id, user_id=actor.user_id):
        organization = Organization.objects.select_for_update().get(pk=organization_id)
        kept = IdentityRules.objects.filter(organization=organization).first()
        row = kept or IdentityRules(organization=organization)
        before, after = asdict(row.as_rules()), asdict(rules)
        changes = {
            name: [_stored(before[name]), _stored(value)]
            for name, value in after.items()
            if before[name] != value
        }
        if changes:
            for name, value in after.items():
                setattr(row, name, value)
            row.full_clean()
            row.save()
            record(
                actor=actor,
                verb="sign_in_rules_changed",
                subject=organization,
                organization_id=organization_id,
                now=now,
                changes=changes,
            )
        return row


def _stored(value: object) -> object:
    return value if value is None or isinstance(value, int) else str(value)
