"""Writes how and when a person hears of things, and what they have read.

Choices are the person's own, like their language: they belong to no organization and to no history.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import User
from accounts.tenancy import user_context
from signals.domain.notices import Channel
from signals.models import NoticeChoice, NoticeTiming, Notification
from signals.selectors.endings import DIGEST, read_ending_token
from signals.selectors.notice_choices import channels_of, default_channel, kinds_of


class NoDigestDay(DomainError):
    """A digest that would never come."""

    code: ClassVar[str] = "no_digest_day"
    status: ClassVar[int] = 400
    field: ClassVar[str] = "digest_days"


def choose_notices(
    *,
    user: User,
    channels: Mapping[str, Channel],
    digest_hour: int,
    digest_days: Collection[int],
    quiet_from: int | None,
    quiet_until: int | None,
) -> None:
    """Keep the channel of each kind and the hours of a person. Raises NoDigestDay.

    Kinds that the person cannot get are left out. Messages that wait follow when they are due.
    """
    if not digest_days and Channel.DIGEST in channels.values():
        raise NoDigestDay(_("Choose at least one day for the mail that collects."))
    possible = {kind.value for kind in kinds_of(user)}
    with transaction.atomic():
        NoticeTiming.objects.update_or_create(
            user=user,
            defaults={
                "digest_hour": digest_hour,
                "digest_days": sorted(digest_days),
                "quiet_from": quiet_from,
                "quiet_until": quiet_until,
            },
        )
        for kind, channel in channels.items():
            if kind in possible:
                _choose(user, kind, channel)


def _choose(user: User, kind: str, channel: Channel) -> None:
    if channel is default_channel(kind):
        NoticeChoice.objects.filter(user=user, kind=kind).delete()
    else:
        NoticeChoice.objects.update_or_create(
            user=user, kind=kind, defaults={"channel": channel.value}
        )


def end_notices(*, token: str) -> tuple[User, str]:
    """End the mails that a link names; return whose and which. Raises LinkInvalid.

    They stay in the list of the product. Pressed twice it ends them once.
    """
    user, ended = read_ending_token(token)
    with transaction.atomic():
        for kind, channel in channels_of(user).items():
            is_meant = channel is Channel.DIGEST if ended == DIGEST else kind == ended
            if is_meant and channel in (Channel.MAIL, Channel.DIGEST):
                _choose(user, kind, Channel.LIST)
    return user, ended


def mark_read(
    *,
    user: User,
    now: datetime,
    ids: Collection[int] | None = None,
    organization_id: int | None = None,
) -> int:
    """Mark a person's messages as read, all or some; return how many were unread."""
    with user_context(user.pk):
        unread = Notification.objects.filter(recipient=user, read_at__isnull=True)
        if ids is not None:
            unread = unread.filter(pk__in=ids)
        if organization_id is not None:
            unread = unread.filter(organization_id=organization_id)
        return unread.update(read_at=now)


def mark_unread(*, user: User, ids: Collection[int]) -> int:
    """Take the mark off a person's messages again; return how many had it."""
    with user_context(user.pk):
        return Notification.objects.filter(
            recipient=user, pk__in=ids, read_at__isnull=False
        ).update(read_at=None)
