"""How and when a person hears of a kind of message: what they chose, else the default."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from accounts.models import User
from signals.domain.notices import Channel, Timing
from signals.models import NoticeChoice, NoticeTiming, Notification, RuleMute

Kind = Notification.Kind

CUSTOMER_KINDS: Final = (Kind.SIGNAL_RAISED,)
VENDOR_KINDS: Final = tuple(kind for kind in Kind if kind not in CUSTOMER_KINDS)
# What waits for room is no news of the minute.
_DEFAULTS: Final[Mapping[str, Channel]] = {Kind.TASK_DIGEST: Channel.DIGEST}


@dataclass(frozen=True, slots=True)
class Wishes:
    """How one person wants one kind of message, and when."""

    channel: Channel
    timing: Timing


def default_channel(kind: str) -> Channel:
    """Return how people hear of a kind who chose nothing."""
    return _DEFAULTS.get(kind, Channel.MAIL)


def kinds_of(user: User) -> tuple[Notification.Kind, ...]:
    """Return the kinds of message that somebody may get."""
    return VENDOR_KINDS if user.vendor_role else CUSTOMER_KINDS


def channels_of(user: User) -> dict[str, Channel]:
    """Return the channel of each kind that a person may get."""
    chosen = dict(NoticeChoice.objects.filter(user=user).values_list("kind", "channel"))
    return {
        kind.value: Channel(chosen[kind]) if kind in chosen else default_channel(kind)
        for kind in kinds_of(user)
    }


def wishes_of(users: Collection[User], kind: str, *, time_zone: str = "UTC") -> dict[int, Wishes]:
    """Return the wishes of people by their id; `time_zone` is for those who named none."""
    ids = [user.pk for user in users]
    chosen = dict(
        NoticeChoice.objects.filter(user_id__in=ids, kind=kind).values_list("user_id", "channel")
    )
    timings = NoticeTiming.objects.in_bulk(ids, field_name="user_id")
    return {
        user.pk: Wishes(
            Channel(chosen[user.pk]) if user.pk in chosen else default_channel(kind),
            timing(timings.get(user.pk), user.time_zone or time_zone),
        )
        for user in users
    }


def timing(stored: NoticeTiming | None, time_zone: str) -> Timing:
    """Return when somebody wants mail, in a zone by name; an unknown one is UTC."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    if stored is None:
        return Timing(zone)
    return Timing(
        zone,
        stored.digest_hour,
        tuple(stored.digest_days),
        stored.quiet_from,
        stored.quiet_until,
    )


def muted_rules() -> frozenset[str]:
    """Return the kinds of the rules that tell nobody."""
    newest = RuleMute.objects.order_by("kind", "-at", "-id").distinct("kind")
    return frozenset(row.kind for row in newest if row.is_muted)
