"""Which features a person uses, how often and with what outcome; what a person sees of themselves.

Runs like `seats.selectors.usage` inside a tenancy context, in a bounded number of queries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, Sum

from accounts.models import Membership
from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.models import (
    ActivityDay,
    MemberActivity,
    MemberFeature,
    OutcomeDay,
    SeatAssignment,
    UsageDay,
    UsageEvent,
)
from seats.selectors.outcome_words import kind_words
from seats.selectors.people import annotated_people
from seats.selectors.people_list import MOST_COUNTED, capped_people
from seats.selectors.privacy import shows_people
from seats.selectors.usage import active_memberships, first_day_of


@dataclass(frozen=True, slots=True)
class MemberUsage:
    """One person's usage: when, how often, what, with what outcome.

    `weeks` are active days of each of the last twelve weeks, oldest first. What is hidden is None,
    and `is_hidden` says so.
    """

    membership: Membership
    has_seat: bool
    is_idle: bool | None
    first_active_at: datetime | None
    last_active_at: datetime | None
    active_days_28: int | None
    features: int | None
    events: int | None
    weeks: tuple[int, ...]
    outcomes: tuple[tuple[str, Decimal], ...]
    is_hidden: bool = False


def _hidden(membership: Membership, has_seat: bool) -> MemberUsage:
    return MemberUsage(
        membership=membership,
        has_seat=has_seat,
        is_idle=None,
        first_active_at=None,
        last_active_at=None,
        active_days_28=None,
        features=None,
        events=None,
        weeks=(),
        outcomes=(),
        is_hidden=True,
    )


def member_usage(
    *,
    organization_id: int,
    now: datetime,
    memberships: Sequence[Membership] | None = None,
    is_self: bool = False,
) -> list[MemberUsage]:
    """Return the usage of `memberships` (all live people without), in their order; in a
    number of queries that does not grow.

    Where the organization shows totals only, it holds seats alone; `is_self` is for one's own.
    """
    if memberships is None:
        memberships = list(
            Membership.objects.filter(organization_id=organization_id)
            .exclude(state=Membership.State.DEACTIVATED)
            .select_related("department")
        )
    ids = [membership.pk for membership in memberships]
    seated = dict(
        SeatAssignment.objects.filter(
            organization_id=organization_id, membership_id__in=ids, during__endswith__isnull=True
        ).values_list("membership_id", "during__startswith")
    )
    if not (is_self or shows_people(organization_id)):
        return [_hidden(membership, membership.pk in seated) for membership in memberships]
    activity = {
        membership_id: (first, last)
        for membership_id, first, last in MemberActivity.objects.filter(
            organization_id=organization_id, membership_id__in=ids
        ).values_list("membership_id", "first_active_at", "last_active_at")
    }
    weeks, recent = _active_days(organization_id, ids, now)
    since = first_day_of(now, ACTIVE_WINDOW.days)
    used = {
        membership_id: (features, events)
        for membership_id, features, events in UsageDay.objects.filter(
            organization_id=organization_id, membership_id__in=ids, day__gte=since
        )
        .order_by()
        .values_list("membership_id")
        .annotate(features=Count("feature_id", distinct=True), n_events=Sum("events"))
    }
    outcomes: dict[int, list[tuple[str, Decimal]]] = {}
    sums = (
        OutcomeDay.objects.filter(
            organization_id=organization_id, membership_id__in=ids, day__gte=since
        )
        .order_by("kind")
        .values_list("membership_id", "kind")
        .annotate(total=Sum("value"))
    )
    for membership_id, kind, total in sums:
        outcomes.setdefault(membership_id, []).append((kind, total))
    idle = set(
        annotated_people(organization_id=organization_id, now=now)
        .filter(Q(is_idle=True), pk__in=ids)
        .values_list("pk", flat=True)
    )
    rows = []
    for membership in memberships:
        first, last = activity.get(membership.pk, (None, None))
        seated_at = seated.get(membership.pk)
        features, events = used.get(membership.pk, (0, 0))
        rows.append(
            MemberUsage(
                membership=membership,
                has_seat=seated_at is not None,
                is_idle=membership.pk in idle,
                first_active_at=first,
                last_active_at=last,
                active_days_28=recent.get(membership.pk, 0),
                features=features,
                events=events,
                weeks=tuple(weeks.get(membership.pk, (0,) * 12)),
                outcomes=tuple(outcomes.get(membership.pk, ())),
            )
        )
    return rows


def _active_days(
    organization_id: int, ids: Sequence[int], now: datetime
) -> tuple[dict[int, list[int]], dict[int, int]]:
    first = first_day_of(now, 84)
    recent_since = first_day_of(now, ACTIVE_WINDOW.days)
    weeks: dict[int, list[int]] = {}
    recent: dict[int, int] = {}
    for membership_id, day in ActivityDay.objects.filter(
        organization_id=organization_id, membership_id__in=ids, day__gte=first
    ).values_list("membership_id", "day"):
        week = min((day - first).days // 7, 11)
        weeks.setdefault(membership_id, [0] * 12)[week] += 1
        if day >= recent_since:
            recent[membership_id] = recent.get(membership_id, 0) + 1
    return weeks, recent


@dataclass(frozen=True, slots=True)
class UsedFeature:
    """A feature as one person used it, ever and in the last 28 days."""

    name: str
    first_day: date
    last_day: date
    events: int
    recent_events: int
    outcomes: tuple[tuple[str, Decimal], ...] = ()


def features_used(
    *, membership: Membership, now: datetime, is_self: bool = False
) -> list[UsedFeature]:
    """Return the features a person has used, the latest first; none where they are hidden."""
    if not (is_self or shows_people(membership.organization_id)):
        return []
    since = first_day_of(now, ACTIVE_WINDOW.days)
    recent = dict(
        UsageDay.objects.filter(
            organization_id=membership.organization_id, membership=membership, day__gte=since
        )
        .order_by()
        .values_list("feature_id")
        .annotate(n_events=Sum("events"))
    )
    outcomes: dict[int, list[tuple[str, Decimal]]] = {}
    sums = (
        OutcomeDay.objects.filter(
            organization_id=membership.organization_id, membership=membership, day__gte=since
        )
        .order_by("kind")
        .values_list("feature_id", "kind")
        .annotate(total=Sum("value"))
    )
    for feature_id, kind, total in sums:
        outcomes.setdefault(feature_id, []).append((kind_words(kind), total))
    used = MemberFeature.objects.filter(
        organization_id=membership.organization_id, membership=membership
    ).order_by("-last_day", "feature__name")
    return [
        UsedFeature(
            name,
            first,
            last,
            events,
            recent.get(feature_id, 0),
            tuple(outcomes.get(feature_id, ())),
        )
        for feature_id, name, first, last, events in used.values_list(
            "feature_id", "feature__name", "first_day", "last_day", "events"
        )
    ]


def unused_features(*, membership: Membership, now: datetime, limit: int = 5) -> list[str]:
    """Return features colleagues used in 28 days and this person never, the most used first."""
    own = MemberFeature.objects.filter(
        organization_id=membership.organization_id, membership=membership
    ).values("feature_id")
    return list(
        UsageDay.objects.filter(
            organization_id=membership.organization_id,
            day__gte=first_day_of(now, ACTIVE_WINDOW.days),
        )
        .exclude(feature_id__in=own)
        .order_by()
        .values("feature_id", name=F("feature__name"))
        .annotate(people=Count("membership_id", distinct=True))
        .order_by("-people", "name")
        .values_list("name", flat=True)[:limit]
    )


@dataclass(frozen=True, slots=True)
class OwnUsage:
    """What a person sees of themselves: their usage, features, and what colleagues use besides."""

    usage: MemberUsage
    features: list[UsedFeature]
    to_try: list[str]
    active_colleagues: int


def my_usage(*, membership: Membership, now: datetime) -> OwnUsage:
    """Return a person's own usage."""
    organization_id = membership.organization_id
    (usage,) = member_usage(
        organization_id=organization_id, now=now, memberships=[membership], is_self=True
    )
    colleagues = active_memberships(organization_id=organization_id, now=now).exclude(
        membership=membership
    )
    return OwnUsage(
        usage=usage,
        features=features_used(membership=membership, now=now, is_self=True),
        to_try=unused_features(membership=membership, now=now),
        active_colleagues=colleagues.count(),
    )


@dataclass(frozen=True, slots=True)
class ActiveWeek:
    """A week of a person: its first day, days with activity, actions with sign-ins."""

    first_day: date
    active_days: int
    actions: int


def weeks_of(*, membership: Membership, now: datetime, weeks: int = 26) -> list[ActiveWeek]:
    """Return a person's last weeks, the oldest first; none where they are hidden."""
    if not shows_people(membership.organization_id):
        return []
    first = first_day_of(now, weeks * 7)
    days, actions = [0] * weeks, [0] * weeks
    for day, sign_ins, done in ActivityDay.objects.filter(
        organization_id=membership.organization_id, membership=membership, day__gte=first
    ).values_list("day", "sign_ins", "actions"):
        week = min((day - first).days // 7, weeks - 1)
        days[week] += 1
        actions[week] += sign_ins + done
    return [ActiveWeek(first + timedelta(days=7 * n), days[n], actions[n]) for n in range(weeks)]


def devices_of(*, membership: Membership, now: datetime) -> int | None:
    """Return on how many devices a person was active in 28 days: a number, never which.

    None where it is hidden, and in organizations of more people than are counted: events are not
    kept by person.
    """
    organization_id = membership.organization_id
    if not shows_people(organization_id) or capped_people(organization_id) > MOST_COUNTED:
        return None
    named = Q(member=membership.external_id) if membership.external_id else Q()
    if membership.email:
        named |= Q(member__iexact=membership.email)
    events = UsageEvent.objects.filter(
        named, organization_id=organization_id, at__gte=now - ACTIVE_WINDOW, at__lte=now
    ).exclude(device_id="")
    return events.values("device_id").distinct().count()
