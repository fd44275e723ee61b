"""Opens, renews and revokes a person's calendar address, and finds whose it is.

The secret is the organization's number and 32 random bytes; the number tells in whose rows to look
for the digest, so that the address needs no cookie and no view over all organizations.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import Membership
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from procurement.models import CalendarFeed

_LONGEST = 80
_LONGEST_NUMBER = 18
# How exactly the last reading is kept.
_READ_EVERY = timedelta(hours=1)


def open_feed(
    *, organization_id: int, membership: Membership, actor: Actor, now: datetime
) -> tuple[CalendarFeed, str]:
    """Return a new feed and its secret, which is shown once; an earlier address ends."""
    secret = f"{organization_id}-{secrets.token_urlsafe(32)}"
    with organization_context(organization_id, user_id=actor.user_id):
        # Two clicks at once would both find none to revoke.
        Membership.objects.select_for_update().get(pk=membership.pk)
        renewed = _revoke(membership, now)
        feed = CalendarFeed.objects.create(
            organization_id=organization_id,
            membership=membership,
            digest=_digest(secret),
            created_at=now,
        )
        record(
            actor=actor,
            verb="calendar_feed_renewed" if renewed else "calendar_feed_opened",
            subject=feed,
            organization_id=organization_id,
            now=now,
        )
        return feed, secret


def revoke_feed(
    *, organization_id: int, membership: Membership, actor: Actor, now: datetime
) -> bool:
    """End a person's address; tell whether there was one."""
    with organization_context(organization_id, user_id=actor.user_id):
        feed = CalendarFeed.objects.filter(membership=membership, revoked_at=None).first()
        if feed is None or not _revoke(membership, now):
            return False
        record(
            actor=actor,
            verb="calendar_feed_revoked",
            subject=feed,
            organization_id=organization_id,
            now=now,
        )
        return True


def _revoke(membership: Membership, now: datetime) -> int:
    return CalendarFeed.objects.filter(membership=membership, revoked_at=None).update(
        revoked_at=now
    )


def read_feed(*, secret: str, now: datetime) -> CalendarFeed | None:
    """Return the feed of a secret with its person and organization, or None.

    None too when the address was revoked or the person is no active member any more.
    """
    head, dash, _rest = secret.partition("-")
    is_number = head.isascii() and head.isdigit() and len(head) <= _LONGEST_NUMBER
    if len(secret) > _LONGEST or not dash or not is_number:
        return None
    with organization_context(int(head)):
        feed = (
            CalendarFeed.objects.filter(
                digest=_digest(secret),
                revoked_at=None,
                membership__state=Membership.State.ACTIVE,
                membership__user__is_active=True,
            )
            .select_related("organization", "membership__user", "membership__custom_role")
            .first()
        )
        if feed is not None:
            CalendarFeed.objects.filter(
                Q(read_at=None) | Q(read_at__lt=now - _READ_EVERY), pk=feed.pk
            ).update(read_at=now)
        return feed


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
