"""What happened to an account, along one line of time: seats, signals and tasks.

Owns: the sentences of the line and which entries fold into one. Does not own: the evidence
(`sentences`) or the seat ledger (`billing`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from babel.dates import format_interval
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organization
from accounts.services.history import STRIPE
from accounts.templatetags.headroom import format_money, number, reader_locale, shortdate
from billing.models import SeatLedgerEntry
from signals.models import ExpansionTask, Signal
from signals.selectors.sentences import phrases, reason_text

_MOST_ITEMS: Final = 40
_MOST_ENTRIES: Final = 200


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One line. `kind` is that of a badge; `folded` are the entries that it stands for.

    `renewed_seats` is set where the line says a renewal that changed nothing.
    """

    at: datetime
    title: str
    text: str = ""
    icon: str = "clock"
    kind: str = ""
    url: str = ""
    renewed_seats: int | None = None
    folded: list["TimelineItem"] = field(default_factory=list)

    @property
    def day(self) -> str:
        """The day, short."""
        return shortdate(self.at)


def account_timeline(
    organization: Organization, signals: Iterable[Signal], tasks: Iterable[ExpansionTask]
) -> list[TimelineItem]:
    """Return what happened, the latest first; equal renewals in a row are one line."""
    items = [*_seat_items(organization), *_signal_items(signals), *_task_items(tasks)]
    items.sort(key=lambda item: item.at, reverse=True)
    return folded(items)[:_MOST_ITEMS]


def folded(items: Iterable[TimelineItem]) -> list[TimelineItem]:
    """Return the lines with each run of equal renewals as one."""
    runs: list[list[TimelineItem]] = []
    for item in items:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and item.renewed_seats is not None
            and item.renewed_seats == last.renewed_seats
        ):
            runs[-1].append(item)
        else:
            runs.append([item])
    return [run[0] if len(run) == 1 else _run_of_renewals(run) for run in runs]


def _run_of_renewals(run: list[TimelineItem]) -> TimelineItem:
    seats = run[0].renewed_seats or 0
    return TimelineItem(
        at=run[0].at,
        title=ngettext(
            "Renewed %(times)s times with %(seats)s seat, %(months)s",
            "Renewed %(times)s times with %(seats)s seats, %(months)s",
            seats,
        )
        % {
            "times": number(len(run)),
            "seats": number(seats),
            "months": format_interval(
                timezone.localdate(run[-1].at),
                timezone.localdate(run[0].at),
                "yMMM",
                locale=reader_locale(),
            ),
        },
        icon=run[0].icon,
        folded=run,
    )


def _seat_items(organization: Organization) -> list[TimelineItem]:
    entries = SeatLedgerEntry.objects.filter(organization=organization).order_by("-recorded_at")
    return [_seat_item(entry) for entry in entries[:_MOST_ENTRIES]]


def _seat_item(entry: SeatLedgerEntry) -> TimelineItem:
    is_renewal = entry.cause == SeatLedgerEntry.Cause.RENEWAL
    said = [] if entry.actor_label == STRIPE.label else [entry.actor_label]
    if entry.amount_minor:
        said.append(format_money(entry.amount_minor, entry.currency))
    return TimelineItem(
        at=entry.effective_at,
        title=_seat_sentence(entry),
        text=", ".join(said),
        icon="seats",
        kind="good" if entry.seats_delta > 0 else "",
        renewed_seats=entry.seats_after if is_renewal and not entry.seats_delta else None,
    )


def _seat_sentence(entry: SeatLedgerEntry) -> str:
    changed = abs(entry.seats_delta)
    shown = {
        "seats": number(changed),
        "before": number(entry.seats_after - entry.seats_delta),
        "after": number(entry.seats_after),
    }
    cause = SeatLedgerEntry.Cause
    match cause(entry.cause):
        case cause.PURCHASE:
            text = ngettext(
                "Bought %(seats)s seat: %(after)s in all",
                "Bought %(seats)s seats: %(after)s in all",
                changed,
            )
        case cause.RENEWAL if entry.seats_delta:
            text = ngettext(
                "Renewed with %(after)s seat instead of %(before)s",
                "Renewed with %(after)s seats instead of %(before)s",
                entry.seats_after,
            )
        case cause.RENEWAL:
            text = ngettext(
                "Renewed with %(after)s seat", "Renewed with %(after)s seats", entry.seats_after
            )
        case cause.SCHEDULED_DECREASE:
            return _("Planned fewer seats for the renewal")
        case cause.SCHEDULED_INCREASE:
            return _("Planned more seats for the renewal")
        case cause.TRUE_UP_OVERAGE:
            text = ngettext(
                "The true-up added %(seats)s seat: %(after)s in all",
                "The true-up added %(seats)s seats: %(after)s in all",
                changed,
            )
        case cause.TRUE_UP_REACTIVATION:
            text = ngettext(
                "The true-up brought %(seats)s removed seat back: %(after)s in all",
                "The true-up brought %(seats)s removed seats back: %(after)s in all",
                changed,
            )
        case cause.TRUE_UP_REMOVAL:
            text = ngettext(
                "The true-up removed %(seats)s seat: %(after)s in all",
                "The true-up removed %(seats)s seats: %(after)s in all",
                changed,
            )
        case cause.RENEWAL_INCREASE:
            text = ngettext(
                "The renewal added %(seats)s seat: %(after)s in all",
                "The renewal added %(seats)s seats: %(after)s in all",
                changed,
            )
        case cause.SWITCH:
            text = ngettext(
                "Changed plan or interval, with %(after)s seat",
                "Changed plan or interval, with %(after)s seats",
                entry.seats_after,
            )
        case cause.END:
            return _("The subscription ended")
        case _:
            text = ngettext(
                "Corrected to %(after)s seat", "Corrected to %(after)s seats", entry.seats_after
            )
    return text % shown


def _signal_items(signals: Iterable[Signal]) -> Iterable[TimelineItem]:
    for signal in signals:
        name = capfirst(signal.get_kind_display())
        if signal.band:
            name = _("%(signal)s: %(band)s") % {"signal": name, "band": signal.get_band_display()}
        yield TimelineItem(
            at=signal.created_at,
            title=name,
            text="; ".join(phrases(signal.evidence)[:2]),
            icon="signals",
            kind="warn",
        )
        if signal.resolved_at is not None:
            yield TimelineItem(
                at=signal.resolved_at,
                title=_("%(signal)s ended: %(why)s")
                % {"signal": name, "why": signal.get_resolution_display()},
                icon="check",
                kind="good",
            )


def _task_items(tasks: Iterable[ExpansionTask]) -> Iterable[TimelineItem]:
    for task in tasks:
        url = reverse("task", args=[task.pk])
        name = capfirst(task.get_play_display())
        yield TimelineItem(
            at=task.created_at,
            title=_("Task opened: %(play)s") % {"play": name},
            icon="tasks",
            kind="accent",
            url=url,
        )
        if task.ended_at is None:
            continue
        title = _("Task ended: %(how)s") % {"how": task.get_state_display()}
        if task.is_won:
            title = ngettext(
                "Task won: %(seats)s seat", "Task won: %(seats)s seats", task.seats_credited
            ) % {"seats": number(task.seats_credited)}
        yield TimelineItem(
            at=task.ended_at,
            title=title,
            text=reason_text(task.reason),
            icon="check",
            kind="good" if task.is_won else "",
            url=url,
        )
