"""The detectors of a scan, in the order in which they look.

A new one is a new entry of `DETECTORS`; docs/signals.md says what belongs to it. Scanning, locking,
tasks and messages follow from its effects.
"""

from collections.abc import Iterable
from typing import Any, Final

from signals.domain.alerts import AlertState, evaluate, switched_off
from signals.domain.detectors.low_use import LowUseSettings
from signals.domain.detectors.rules import SETTINGS
from signals.domain.detectors.sharing import SharingSettings
from signals.domain.detectors.utilization import UtilizationSettings
from signals.domain.tasks import Play, SignalKind
from signals.models import DetectorKind
from signals.selectors.rule_settings import rule_books
from signals.selectors.sharing_sights import shared_accounts
from signals.selectors.sights import (
    Sight,
    Thresholds,
    few_seats_in_use,
    people_without_seats,
    seats_running_out,
)
from signals.services.detector import Decision, Detector
from signals.services.pictures import (
    low_use_picture,
    seats_picture,
    seats_wanted_picture,
    unseated_picture,
)


def _decide_utilization(
    state: AlertState, sight: Sight, settings: UtilizationSettings | None
) -> Decision:
    if settings is None:
        return Decision(*switched_off(state, sight.on))
    return Decision(*evaluate(state, sight.organization.organization, sight.on, settings))


# Low use comes first: while it lasts, the seat alert is held back (`scan`).
DETECTORS: Final[tuple[Detector[Any], ...]] = (
    Detector(
        kind=DetectorKind.LOW_USE,
        defaults=LowUseSettings(),
        source=few_seats_in_use,
        rule=LowUseSettings.rule,
        picture=low_use_picture,
        asks_for=SignalKind.LOW_USE,
    ),
    Detector(
        kind=DetectorKind.UTILIZATION,
        defaults=UtilizationSettings(),
        source=seats_running_out,
        decide_band=_decide_utilization,
        picture=seats_picture,
        tells_customer=True,
    ),
    Detector(
        kind=DetectorKind.UNSEATED,
        defaults=True,
        source=people_without_seats,
        picture=unseated_picture,
        joins=Play.ADD_SEATS,
    ),
    Detector(
        kind=DetectorKind.SHARING,
        defaults=SharingSettings(),
        source=shared_accounts,
        rule=SharingSettings.rule,
        picture=seats_wanted_picture,
        asks_for=SignalKind.SHARING,
    ),
)


def detector_of(kind: str) -> Detector[Any]:
    """Return the detector of a kind. Raises KeyError when none is registered."""
    return _BY_KIND[DetectorKind(kind)]


_BY_KIND: Final = {detector.kind: detector for detector in DETECTORS}


def thresholds_of(detectors: Iterable[Detector[Any]]) -> dict[DetectorKind, Thresholds[Any]]:
    """Return the settings in force of detectors, for every organization, read with one query."""
    books = rule_books()
    return {
        each.kind: books[each.kind.value].thresholds
        if SETTINGS.get(each.kind.value) is type(each.defaults)
        else Thresholds(each.defaults)
        for each in detectors
    }
