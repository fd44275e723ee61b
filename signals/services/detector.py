"""What a detector is: a source of facts, a pure rule, and what it says when it speaks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Organization
from signals.domain.alerts import (
    AlertState,
    Effect,
    EndSnooze,
    HoldBack,
    OpenAlert,
    RaiseBand,
    ResolveAlert,
)
from signals.domain.bands import Band
from signals.domain.evidence import Evidence
from signals.domain.findings import FindingRule, OpenFinding, evaluate_finding
from signals.domain.holdbacks import Holdback
from signals.domain.tasks import HANDLING, Play, SignalKind
from signals.models import DetectorKind, SignalEvaluation
from signals.selectors.sights import Sight, Source
from signals.services.offer import Offer

type AnyEffect = Effect | OpenFinding


@dataclass(frozen=True, slots=True)
class Decision:
    """What one evaluation of a day came to."""

    state: AlertState
    effects: tuple[AnyEffect, ...]

    @property
    def changing(self) -> tuple[AnyEffect, ...]:
        """The effects that change a signal; a hold-back changes none."""
        return tuple(effect for effect in self.effects if not isinstance(effect, HoldBack))

    @property
    def holdbacks(self) -> tuple[Holdback, ...]:
        """Why an alert that was due was not sent; empty when none was due."""
        return next((e.reasons for e in self.effects if isinstance(e, HoldBack)), ())

    @property
    def label(self) -> str:
        """The most telling effect, for the record of the day."""
        return max((_LABELS[type(e)] for e in self.effects), key=_WEIGHT.index, default="")


_E = SignalEvaluation.Effect
_LABELS: dict[type, str] = {
    OpenAlert: _E.OPENED,
    OpenFinding: _E.OPENED,
    RaiseBand: _E.RAISED,
    HoldBack: _E.HELD_BACK,
    EndSnooze: _E.RESUMED,
    ResolveAlert: _E.RESOLVED,
}
_WEIGHT: Sequence[str] = [_E.NONE, _E.RESUMED, _E.HELD_BACK, _E.RAISED, _E.OPENED, _E.RESOLVED]


@dataclass(frozen=True, slots=True)
class Picture:
    """What a signal says when it opens or rises: its evidence, and what could be offered.

    `people` are those whom the offer is about.
    """

    evidence: tuple[Evidence, ...]
    offer: Offer
    people: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A signal about to speak: the organization, what was seen, and the memory afterwards."""

    organization: Organization
    sight: Sight
    state: AlertState
    band: Band | None
    settings: Any


@dataclass(frozen=True, slots=True)
class Detector[S]:
    """One rule.

    `defaults` are its settings where the vendor made none of its own. A detector with bands
    `decide`s by itself; the others are findings, as patient as `rule` says. `asks_for` is the
    signal whose play and due time its task gets; without one a finding opens no task, and joins a
    live one of the play `joins`. The picture is made in the organization's tenancy context, only
    when a signal opens or rises.
    """

    kind: DetectorKind
    defaults: S
    source: Source[S]
    picture: Callable[[Case], Picture]
    rule: Callable[[S], FindingRule] = lambda _: FindingRule()
    decide_band: Callable[[AlertState, Sight, S | None], Decision] | None = None
    asks_for: SignalKind | None = None
    joins: Play | None = None
    tells_customer: bool = False

    def decide(self, state: AlertState, sight: Sight, settings: S | None) -> Decision:
        """Return what the evaluation of the day comes to, from the state of its morning.

        Without settings the detector is switched off: what is open ends.
        """
        if self.decide_band is not None:
            return self.decide_band(state, sight, settings)
        return Decision(
            *evaluate_finding(
                state,
                sight.on,
                presence=sight.presence,
                facts=sight.organization.organization,
                rule=self.rule(settings or self.defaults),
            )
        )

    def signal_kind(self, band: Band | None) -> SignalKind | None:
        """Return what a task is asked for; a band asks for itself."""
        return self.asks_for if band is None else SignalKind(band.value)

    @property
    def play(self) -> Play | None:
        """The play of the detector's tasks, or of those that it joins."""
        if self.decide_band is not None:
            return Play.ADD_SEATS
        return self.joins if self.asks_for is None else HANDLING[self.asks_for].play
