"""The detectors of a scan: what each looks at, and the pure rule that it follows.

A detector turns one organization's facts and its own memory into the next memory and effects. A
new one is a new entry of `DETECTORS` with its kind in `DetectorKind`; scanning, locking, tasks and
messages follow from its effects.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from signals.domain.alerts import (
    AlertState,
    Effect,
    EndSnooze,
    HoldBack,
    OpenAlert,
    RaiseBand,
    ResolveAlert,
    evaluate,
)
from signals.domain.findings import OpenFinding, evaluate_finding
from signals.domain.holdbacks import Holdback
from signals.models import DetectorKind, SignalEvaluation
from signals.selectors.facts import ScannedFacts

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


@dataclass(frozen=True, slots=True)
class Detector:
    """One rule. `applies` tells whether there is anything to look at in an organization."""

    kind: DetectorKind
    applies: Callable[[ScannedFacts], bool]
    decide: Callable[[AlertState, ScannedFacts, date], Decision]


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


def _decide_utilization(state: AlertState, facts: ScannedFacts, on: date) -> Decision:
    return Decision(*evaluate(state, facts.organization, on))


def _decide_unseated(state: AlertState, facts: ScannedFacts, on: date) -> Decision:
    return Decision(*evaluate_finding(state, on, is_present=facts.unseated > 0))


DETECTORS: tuple[Detector, ...] = (
    Detector(
        kind=DetectorKind.UTILIZATION,
        applies=lambda facts: facts.seats.purchased > 0,
        decide=_decide_utilization,
    ),
    Detector(
        kind=DetectorKind.UNSEATED,
        applies=lambda facts: True,
        decide=_decide_unseated,
    ),
)
