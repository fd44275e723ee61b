"""Signals as the vendor's pages and the API show them; read in the caller's context."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from signals.models import AlertMemory, BandChoice, DetectorKind, HoldbackChoice, Signal
from signals.selectors.sentences import joined, parse, phrase

SHOWS: Final = ("open", "held_back", "findings", "resolved", "all")


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A signal in a list."""

    signal: Signal
    title: str
    sentence: str
    state: str
    kind: str


@dataclass(frozen=True, slots=True)
class HeldBackRow:
    """An alert that was due and was not sent, with the reasons."""

    organization: str
    slug: str
    band: str
    reasons: list[str]
    on: date | None


def sentence_of(signal: Signal) -> str:
    """Return the evidence of a signal as one sentence."""
    return joined([phrase(each) for each in parse(signal.evidence)])


_STATES: Final[dict[str, Promise]] = {
    Signal.Status.FIRING.value: gettext_lazy("open"),
    Signal.Status.ACKNOWLEDGED.value: gettext_lazy("being worked on"),
    Signal.Status.SNOOZED.value: gettext_lazy("asleep"),
    Signal.Status.RESOLVED.value: gettext_lazy("ended"),
}


def state_of(signal: Signal) -> str:
    """Return how a signal stands, in the words of the page's filters."""
    state = str(_STATES[signal.status])
    if not signal.resolution:
        return state
    return _("%(state)s: %(why)s") % {"state": state, "why": signal.get_resolution_display()}


def title_of(signal: Signal) -> str:
    """Return what a signal is called: its band, or its kind where it has none."""
    return capfirst(signal.get_band_display() or signal.get_kind_display())


def filtered_signals(show: str, search: str) -> "QuerySet[Signal]":
    """Return the signals of a filter, the latest first."""
    signals = Signal.objects.select_related("organization", "task").order_by("-created_at", "-pk")
    is_open = ~Q(status=Signal.Status.RESOLVED)
    is_finding = Q(kind=DetectorKind.UNSEATED)
    conditions: dict[str, Q] = {
        "open": is_open & ~is_finding,
        "findings": is_open & is_finding,
        "resolved": Q(status=Signal.Status.RESOLVED),
        "all": Q(),
    }
    signals = signals.filter(conditions.get(show, conditions["open"]))
    if search:
        signals = signals.filter(organization__name__icontains=search)
    return signals


_KINDS: Final = {"eighty": "accent", "near": "warn", "full": "bad", "over": "bad"}


def row_of(signal: Signal) -> SignalRow:
    """Return a signal with its words."""
    kind = _KINDS.get(signal.band, "accent") if signal.is_open else "none"
    return SignalRow(signal, title_of(signal), sentence_of(signal), state_of(signal), kind)


def _held_back() -> "QuerySet[AlertMemory]":
    return (
        AlertMemory.objects.exclude(holdbacks=[])
        .select_related("organization")
        .order_by("organization__name")
    )


def held_back_rows(search: str) -> list[HeldBackRow]:
    """Return the alerts that the last evaluation held back, with the reasons in words."""
    memories = _held_back()
    if search:
        memories = memories.filter(organization__name__icontains=search)
    return [
        HeldBackRow(
            organization=memory.organization.name,
            slug=memory.organization.slug,
            band=capfirst(str(BandChoice(memory.band).label)) if memory.band else "",
            reasons=[str(HoldbackChoice(reason).label) for reason in memory.holdbacks],
            on=memory.evaluated_on,
        )
        for memory in memories
    ]


def counts_of_signals() -> dict[str, int]:
    """Return how many signals each filter shows."""
    counts = {show: filtered_signals(show, "").count() for show in SHOWS if show != "held_back"}
    return counts | {"held_back": _held_back().count()}
