"""Each rule in words with its thresholds, and how well it works.

Owns: the measures of a rule over the last 90 days. Does not own: the rules (`signals.domain`).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from django.db.models import Count, Func
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.headroom import number, percent
from seats.domain.usage_rules import ACTIVE_WINDOW
from signals.domain.alerts import COOLDOWN_DECLINED
from signals.domain.bands import Band
from signals.domain.detectors.low_use import LowUseSettings
from signals.domain.detectors.sharing import SharingSettings
from signals.domain.detectors.utilization import UtilizationSettings
from signals.domain.holdbacks import ADOPTION_FIRST_BELOW, RENEWAL_AHEAD, SETTLED_AFTER_PURCHASE
from signals.domain.tasks import HANDLING, SignalKind
from signals.models import (
    DetectorKind,
    ExpansionTask,
    HoldbackChoice,
    Signal,
    SignalEvaluation,
)
from signals.selectors.rule_settings import in_force

MEASURED: Final = timedelta(days=90)
REVIEW_FROM: Final = 20
REVIEW_ABOVE: Final = 0.30


@dataclass(frozen=True, slots=True)
class RuleQuality:
    """What became of a rule's signals in the measured time."""

    fired: int
    held_back: int
    reasons: list[tuple[str, int]]
    tasks: int
    acted_on: int
    false_positives: int
    ended: int
    seats_won: int
    hours_to_action: float | None

    @property
    def acted_on_rate(self) -> float | None:
        """The share of tasks that somebody acted on."""
        return self.acted_on / self.tasks if self.tasks else None

    @property
    def false_positive_rate(self) -> float | None:
        """The share of ended tasks that were false."""
        return self.false_positives / self.ended if self.ended else None

    @property
    def hours(self) -> str:
        """The median hours to the first action, in words."""
        return "" if self.hours_to_action is None else number(round(self.hours_to_action, 1))

    @property
    def tasks_note(self) -> str:
        """How many tasks the rates are of."""
        return ngettext("of %(n)s task", "of %(n)s tasks", self.tasks) % {"n": number(self.tasks)}

    @property
    def needs_review(self) -> bool:
        """Whether more than 30 % of 20 or more ended tasks were false."""
        rate = self.false_positive_rate
        return self.ended >= REVIEW_FROM and rate is not None and rate > REVIEW_ABOVE


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for people: what it looks for, its thresholds, its quality."""

    kind: str
    title: str
    text: str
    thresholds: list[tuple[str, str]]
    quality: RuleQuality


def rules(*, now: datetime) -> list[Rule]:
    """Return the rules with their usual thresholds and their quality over the last 90 days."""
    return [
        Rule(
            kind=DetectorKind.UTILIZATION.value,
            title=capfirst(str(DetectorKind.UTILIZATION.label)),
            text=_(
                "One alert an organization, with rising bands. A higher band tells people once; "
                "a lower one is no news. It ends when use has fallen, or at once when seats are "
                "bought."
            ),
            thresholds=_utilization_thresholds(),
            quality=_quality(DetectorKind.UTILIZATION, now),
        ),
        Rule(
            kind=DetectorKind.UNSEATED.value,
            title=capfirst(str(DetectorKind.UNSEATED.label)),
            text=_(
                "People who were active in the last %(days)s days and have no seat. A finding: it "
                "joins an open task and tells nobody by itself."
            )
            % {"days": number(ACTIVE_WINDOW.days)},
            thresholds=[(_("Opens"), _("with the first such person")), (_("Ends"), _("with none"))],
            quality=_quality(DetectorKind.UNSEATED, now),
        ),
        Rule(
            kind=DetectorKind.LOW_USE.value,
            title=capfirst(str(DetectorKind.LOW_USE.label)),
            text=_(
                "Seats were bought and stay empty. Help people to begin first: while this lasts, "
                "nobody is asked for more seats, and the tasks that would are parked."
            ),
            thresholds=_low_use_thresholds(),
            quality=_quality(DetectorKind.LOW_USE, now),
        ),
        Rule(
            kind=DetectorKind.SHARING.value,
            title=capfirst(str(DetectorKind.SHARING.label)),
            text=_(
                "Several people work on one account: devices that one person cannot have used. "
                "You see kinds and counts; the customer's own admins see the cases."
            ),
            thresholds=_sharing_thresholds(),
            quality=_quality(DetectorKind.SHARING, now),
        ),
    ]


def _sharing_thresholds() -> list[tuple[str, str]]:
    settings = in_force(DetectorKind.SHARING.value, SharingSettings)
    opens = ngettext(
        "from %(n)s expected person without a seat",
        "from %(n)s expected people without a seat",
        settings.unpaid_people,
    ) % {"n": number(settings.unpaid_people)}
    below = number(round(float(settings.gone_below), 2))
    return [
        (_("Opens"), opens),
        (_("Ends"), _("below %(n)s expected people") % {"n": below}),
        (
            _("First action due"),
            _("in %(days)s business days")
            % {"days": number(HANDLING[SignalKind.SHARING].business_days)},
        ),
    ]


def _low_use_thresholds() -> list[tuple[str, str]]:
    settings = in_force(DetectorKind.LOW_USE.value, LowUseSettings)
    return [
        (
            _("Opens"),
            _("under %(share)s in use for %(days)s, from %(settled)s after a purchase on")
            % {
                "share": percent(settings.below),
                "days": _days(settings.pending_days),
                "settled": _days(settings.settled_days),
            },
        ),
        (
            _("Ends"),
            _("from %(share)s in use for %(days)s")
            % {"share": percent(settings.recovered_from), "days": _days(settings.clear_days)},
        ),
        (
            _("First action due"),
            _("in %(days)s business days")
            % {"days": number(HANDLING[SignalKind.LOW_USE].business_days)},
        ),
    ]


def _days(value: timedelta | int) -> str:
    count = value.days if isinstance(value, timedelta) else value
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": number(count)}


def _utilization_thresholds() -> list[tuple[str, str]]:
    settings = in_force(DetectorKind.UTILIZATION.value, UtilizationSettings)
    due = {
        band: HANDLING[SignalKind(band.value)].business_days for band in (Band.EIGHTY, Band.FULL)
    }
    return [
        (
            percent(settings.alert_from),
            _(
                "active people are %(share)s of purchased seats or more on %(days)s days in a row; "
                "from %(seats)s seats on"
            )
            % {
                "share": percent(settings.alert_from),
                "days": number(settings.pending_days),
                "seats": number(settings.least_seats),
            },
        ),
        (
            _("Near the limit"),
            _(
                "1 seat left up to 15 seats, 2 up to 25, %(large)s up to 99, %(larger)s up to 999, "
                "%(largest)s above"
            )
            % {"large": percent(0.10), "larger": percent(0.08), "largest": percent(0.05)},
        ),
        (_("Full"), _("every purchased seat is assigned")),
        (_("Over"), _("more seats are assigned than purchased")),
        (
            _("Ends"),
            _("under %(share)s for %(days)s days, or at once when seats are bought")
            % {"share": percent(settings.clear_below), "days": number(settings.clear_days)},
        ),
        (
            _("Quiet afterwards"),
            _("%(usual)s, %(declined)s after a decline; a higher band breaks it")
            % {"usual": _days(settings.cooldown), "declined": _days(COOLDOWN_DECLINED)},
        ),
        (
            _("Held back"),
            _(
                "%(purchase)s after a purchase, %(renewal)s before a yearly renewal, while a "
                "quote is open or a payment overdue, under %(adoption)s in use, while snoozed"
            )
            % {
                "purchase": _days(SETTLED_AFTER_PURCHASE),
                "renewal": _days(RENEWAL_AHEAD),
                "adoption": percent(ADOPTION_FIRST_BELOW),
            },
        ),
        (
            _("First action due"),
            _("in %(usual)s business days, in %(full)s when full or over")
            % {"usual": number(due[Band.EIGHTY]), "full": number(due[Band.FULL])},
        ),
    ]


def _quality(kind: DetectorKind, now: datetime) -> RuleQuality:
    since = now - MEASURED
    signals = Signal.objects.filter(kind=kind, created_at__gte=since)
    evaluations = SignalEvaluation.objects.filter(kind=kind, on__gte=since.date())
    reasons = (
        evaluations.exclude(holdbacks=[])
        .annotate(reason=Func("holdbacks", function="unnest"))
        .order_by()
        .values("reason")
        .annotate(count=Count("id"))
    )
    counted = Counter({row["reason"]: row["count"] for row in reasons})
    tasks = list(ExpansionTask.objects.filter(signals__kind=kind, created_at__gte=since).distinct())
    waits = [
        (task.first_action_at - task.created_at).total_seconds() / 3600
        for task in tasks
        if task.first_action_at is not None
    ]
    return RuleQuality(
        fired=signals.count(),
        held_back=evaluations.exclude(holdbacks=[]).count(),
        reasons=[
            (str(HoldbackChoice(reason).label), count) for reason, count in counted.most_common()
        ],
        tasks=len(tasks),
        acted_on=sum(1 for t in tasks if t.first_action_at is not None or t.is_won),
        false_positives=sum(1 for t in tasks if t.state == ExpansionTask.State.FALSE_POSITIVE),
        ended=sum(1 for t in tasks if not t.is_live),
        seats_won=sum(t.seats_credited for t in tasks),
        hours_to_action=median(waits) if waits else None,
    )
