"""How good a ranking of accounts is, as if a given share of them were shared.

The populations hold more sharing than life does, so each shared account is weighed down until they
make up `prevalence` of all. Nothing is drawn at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from signals.domain.sharing.events import Cell, distance_km
from signals.domain.sharing.evidence import Evidence
from signals.domain.sharing.journeys import is_teleport, slots_of
from signals.domain.sharing.model import FITTED, Model, Score, score_of
from signals.domain.sharing.scoring import evidence_on, surroundings_on
from signals.domain.sharing.state import SLOT_MINUTES, SLOTS_PER_DAY, WINDOW_DAYS, Row
from tests.sharing.practice import Population, Truth

STEPS: Final = (0.3, 0.5, 0.7, 0.9)
BASELINES: Final = ("addresses in 24 h", "devices", "impossible travel")


@dataclass(frozen=True, slots=True)
class Case:
    """One account with what is true of it, what was found, and what naive rules count."""

    population: str
    organization: str
    member: str
    truth: Truth
    evidence: Evidence
    naive: tuple[float, float, float]

    def score(self, model: Model = FITTED, base_rate: float = 0.03) -> Score:
        """The detector's score."""
        return score_of(self.evidence, model, base_rate)

    def probability(self, model: Model = FITTED, base_rate: float = 0.03) -> float:
        """The probability, 0 where there is too little history to say anything."""
        return self.score(model, base_rate).probability or 0.0


def cases_of(population: Population) -> list[Case]:
    """The cases of a population on its last day."""
    found = []
    for organization, members in population.organizations.items():
        surroundings = surroundings_on(members.values(), population.last_day)
        for member, rows in members.items():
            evidence = evidence_on(rows, population.last_day, surroundings)
            naive = _naive(rows, population.last_day)
            truth = population.truth[member]
            found.append(Case(population.name, organization, member, truth, evidence, naive))
    return found


def _naive(rows: Sequence[Row], on: int) -> tuple[float, float, float]:
    """Most places within 24 hours, number of device ids, number of impossible journeys."""
    window = [row for row in rows if on - WINDOW_DAYS < row.key.day <= on]
    stops = sorted(
        (row.key.day * SLOTS_PER_DAY + slot, row.key.place, row.facts.cell or Cell(0, 0))
        for row in window
        for slot in slots_of(row.slots)
    )
    most = start = 0
    for end, stop in enumerate(stops):
        while stops[start][0] <= stop[0] - SLOTS_PER_DAY:
            start += 1
        most = max(most, len({place for _, place, _ in stops[start : end + 1]}))
    journeys = sum(
        a[2] != b[2] and is_teleport(distance_km(a[2], b[2]), (b[0] - a[0]) * SLOT_MINUTES)
        for a, b in pairwise(stops)
    )
    return most, len({row.key.device for row in window}), journeys


def shared_weight(cases: Sequence[Case], prevalence: float) -> float:
    """What one shared account counts, if an innocent one counts 1."""
    shared = sum(case.truth.shared for case in cases)
    return prevalence / (1 - prevalence) * (len(cases) - shared) / shared


def pr_auc(ranked: Sequence[tuple[float, bool]], weight: float) -> float:
    """Area under precision over recall (average precision); ties count as one step."""
    total = sum(is_shared for _, is_shared in ranked)
    hits = false = area = 0.0
    ordered = sorted(ranked, key=lambda item: -item[0])
    at = 0
    while at < len(ordered):
        tied = at
        while tied < len(ordered) and ordered[tied][0] == ordered[at][0]:
            tied += 1
        new = sum(is_shared for _, is_shared in ordered[at:tied])
        hits += new
        false += tied - at - new
        if new:
            area += new / total * hits * weight / (hits * weight + false)
        at = tied
    return area


@dataclass(frozen=True, slots=True)
class AtStep:
    """Precision and recall of everybody at or above a probability; precision None for nobody."""

    step: float
    precision: float | None
    recall: float
    innocent: int


def at_step(
    cases: Sequence[Case], probabilities: Sequence[float], step: float, weight: float
) -> AtStep:
    """Precision and recall at one step of the ladder."""
    flagged = [case for case, p in zip(cases, probabilities, strict=True) if p >= step]
    hits = sum(case.truth.shared for case in flagged)
    false = len(flagged) - hits
    total = sum(case.truth.shared for case in cases)
    precision = hits * weight / (hits * weight + false) if flagged else None
    return AtStep(step, precision, hits / total, false)


def calibration_error(
    cases: Sequence[Case], probabilities: Sequence[float], weight: float
) -> float:
    """Expected calibration error over ten bins of equal width."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(10)]
    for case, p in zip(cases, probabilities, strict=True):
        bins[min(9, int(p * 10))].append((p, case.truth.shared))
    everybody = error = 0.0
    for members in bins:
        mass = sum(weight if is_shared else 1.0 for _, is_shared in members)
        if not mass:
            continue
        said = sum(p * (weight if is_shared else 1.0) for p, is_shared in members)
        true = sum(weight for _, is_shared in members if is_shared)
        everybody += mass
        error += abs(said - true)
    return error / everybody


def flagged_shares(
    cases: Sequence[Case], probabilities: Sequence[float], step: float
) -> dict[tuple[bool, str], tuple[int, int]]:
    """By persona (False) or pattern (True): how many are flagged, of how many."""
    counts: dict[tuple[bool, str], tuple[int, int]] = {}
    for case, p in zip(cases, probabilities, strict=True):
        truth = case.truth
        key = (truth.shared, truth.pattern if truth.shared else truth.persona)
        flagged, of = counts.get(key, (0, 0))
        counts[key] = flagged + (p >= step), of + 1
    return dict(sorted(counts.items()))
