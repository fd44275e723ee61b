"""Writes what an organization and a person say about themselves: names, language, time zone."""

from datetime import datetime

from accounts.models import Organization, User
from accounts.services.history import Actor, record
from accounts.services.people import lock_people
from accounts.tenancy import organization_context


def change_organization(
    *,
    organization_id: int,
    name: str,
    time_zone: str,
    language: str,
    actor: Actor,
    now: datetime,
) -> Organization:
    """Change the facts of an organization; the currency stays, since money refers to it."""
    with organization_context(organization_id, user_id=actor.user_id):
        organization = lock_people(organization_id=organization_id)
        after = {"name": " ".join(name.split()), "time_zone": time_zone, "language": language}
        before = {field: getattr(organization, field) for field in after}
        changes = {
            field: [before[field], after[field]] for field in after if before[field] != after[field]
        }
        if changes:
            for field, value in after.items():
                setattr(organization, field, value)
            organization.save(update_fields=list(changes))
            record(
                actor=actor,
                verb="organization_changed",
                subject=organization,
                organization_id=organization_id,
                now=now,
                changes=changes,
            )
        return organization


def change_preferences(*, user: User, name: str, language: str, time_zone: str) -> User:
    """Change what a person says about themselves; an empty language or zone means the browser's."""
    user.name = " ".join(name.split())
    user.language = language
    user.time_zone = time_zone
    user.save(update_fields=["name", "language", "time_zone"])
    return user


def remember_language(*, user: User, language: str) -> None:
    """Keep the language that a signed-in reader switched to."""
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
