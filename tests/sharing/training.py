"""Fits the weights: worlds of two seeds and the practice set; calibrated on worlds left out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import log1p
from pathlib import Path
from typing import Final

from signals.domain.sharing.evidence import Evidence, Kind
from signals.domain.sharing.model import (
    FEWEST_ACTIVE_DAYS,
    SHORTEST_HISTORY_DAYS,
    Model,
    Weight,
)
from tests.sharing.fit import Sample, fit, weighted
from tests.sharing.measure import Case

CAPS: Final = {
    Kind.SEPARATE_HOMES: 3.0,
    Kind.HOME_DAYS: 10.0,
    Kind.HOME_SWITCHES: 10.0,
    Kind.DISTANT_PAIRS: 3.0,
    Kind.EXTRA_PHONES: 3.0,
    Kind.SECOND_ALONE: 6.0,
    Kind.EXTRA_COMPUTERS: 4.0,
    Kind.IMPOSSIBLE_HOPS: 6.0,
    Kind.LONG_HOURS: 8.0,
    Kind.TWO_SITES_AT_ONCE: 5.0,
    Kind.TURNS: 8.0,
    Kind.RETURNS: 4.0,
    Kind.LOAD: 1.5,
    Kind.TWO_ACTIVE: 12.0,
}
BASE_RATE: Final = 0.03
PRACTICE_COUNTS: Final = 3.0
"""The practice set weighs as much as three worlds: it was not made by those who fit."""


def features(evidence: Evidence) -> tuple[float, ...]:
    """The capped logarithms in the order of the kinds; the load linear."""
    return features_of({item.kind: item.amount for item in evidence.observations})


def features_of(amounts: Mapping[Kind, float]) -> tuple[float, ...]:
    """The same from amounts by kind."""
    capped = {kind: min(amounts.get(kind, 0.0), cap) for kind, cap in CAPS.items()}
    return tuple(amount if kind is Kind.LOAD else log1p(amount) for kind, amount in capped.items())


def labels_of(file: Path) -> list[Sample]:
    """What people answered about cases, as `manage.py export_sharing_labels` writes it.

    Each counts as one account: an answer says what was true where the detector was sure, and the
    worlds say what is true everywhere else. Kinds that are no more are left out.
    """
    kinds = {kind.value: kind for kind in Kind}
    samples = []
    for line in file.read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        amounts = {kinds[name]: x for name, x in label["amounts"].items() if name in kinds}
        samples.append(Sample(features_of(amounts), label["is_shared"], 1.0))
    return samples


def train(
    populations: Sequence[Sequence[Case]], labels: Sequence[Sample] = (), *, ridge: float = 1.0
) -> Model:
    """The model of these populations, each weighed so that 3 % of it are shared, and of answers.

    Without accounts of services: they are declared and left out, and would teach that working at
    all hours means nothing. The evaluation keeps them.
    """
    samples = list(labels)
    for cases in populations:
        scored = [
            (features(case.evidence), case.truth.shared)
            for case in cases
            if not case.truth.persona.startswith("service")
            and case.evidence.history_days >= SHORTEST_HISTORY_DAYS
            and case.evidence.active_days >= FEWEST_ACTIVE_DAYS
        ]
        times = PRACTICE_COUNTS if cases[0].population == "practice set" else 1.0
        samples += [
            Sample(s.features, s.shared, s.weight * times) for s in weighted(scored, BASE_RATE)
        ]
    intercept, weights = fit(samples, ridge=ridge)
    return Model(
        {
            kind: Weight(weight, cap, linear=kind is Kind.LOAD)
            for (kind, cap), weight in zip(CAPS.items(), weights, strict=True)
        },
        intercept,
        0.0,
        1.0,
    )


def cross_validate(
    populations: Sequence[Sequence[Case]], labels: Sequence[Sample] = ()
) -> tuple[list[tuple[Case, Model]], tuple[float, float]]:
    """Every case with a model that never saw its world, and offset and slope that calibrate them.

    Worlds of one name are left out together, whatever their seed.
    """
    worlds: dict[str, list[Sequence[Case]]] = {}
    for cases in populations:
        worlds.setdefault(cases[0].population.rstrip("0123456789 "), []).append(cases)
    judged: list[tuple[Case, Model]] = []
    samples: list[Sample] = []
    for name, held_out in worlds.items():
        others = [c for other, many in worlds.items() if other != name for c in many]
        model = train(others, labels)
        for cases in held_out:
            judged += [(case, model) for case in cases]
            lines = []
            for case in cases:
                score = case.score(model)
                if score.probability is not None:
                    # Shifted by 10, since the fit wants features that are never negative.
                    z = model.intercept + sum(score.contributions.values()) + 10
                    lines.append(((z,), case.truth.shared))
            samples += weighted(lines, BASE_RATE)
    intercept, (slope,) = fit(samples, ridge=0.0, rounds=60)
    return judged, (intercept + 10 * slope, slope)
