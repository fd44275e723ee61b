"""Logistic regression with weights that are never negative, in plain Python.

Newton's method; each step minimizes the quadratic by coordinate descent and clips at zero. Samples
carry a weight, so that any mixture can be fitted as if a given share of accounts were shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log


@dataclass(frozen=True, slots=True)
class Sample:
    """Features (never negative), whether the account is shared, and how much the sample counts."""

    features: tuple[float, ...]
    shared: bool
    weight: float


def logistic(z: float) -> float:
    """1 / (1 + exp(-z)), without overflow."""
    return 1 / (1 + exp(-z)) if z > -700 else 0.0


def weighted(samples: Sequence[tuple[tuple[float, ...], bool]], base_rate: float) -> list[Sample]:
    """The samples with weights that make `base_rate` of them shared; the innocent weigh 1 each."""
    shared = sum(1 for _, is_shared in samples if is_shared)
    innocent = len(samples) - shared
    heavy = base_rate / (1 - base_rate) * innocent / shared
    return [Sample(x, is_shared, heavy if is_shared else 1.0) for x, is_shared in samples]


def fit(
    samples: Sequence[Sample], *, ridge: float = 1.0, rounds: int = 25
) -> tuple[float, list[float]]:
    """Intercept and weights that minimize the log loss plus ridge / 2 times the squared weights."""
    width = len(samples[0].features)
    beta = [log(0.03 / 0.97)] + [0.0] * width
    for _ in range(rounds):
        gradient = [0.0] + [ridge * b for b in beta[1:]]
        hessian = [[0.0] * (width + 1) for _ in range(width + 1)]
        for i in range(1, width + 1):
            hessian[i][i] = ridge
        for sample in samples:
            used = [(0, 1.0)] + [(i + 1, x) for i, x in enumerate(sample.features) if x]
            p = logistic(sum(beta[i] * x for i, x in used))
            error = sample.weight * (p - sample.shared)
            curve = max(sample.weight * p * (1 - p), 1e-9)
            for i, x in used:
                gradient[i] += error * x
                row = hessian[i]
                for j, y in used:
                    row[j] += curve * x * y
        step = _bounded_step(beta, gradient, hessian)
        beta = [b + s for b, s in zip(beta, step, strict=True)]
        if max(abs(s) for s in step) < 1e-5:
            break
    return beta[0], beta[1:]


def _bounded_step(
    beta: Sequence[float], gradient: Sequence[float], hessian: Sequence[Sequence[float]]
) -> list[float]:
    """The step to the quadratic's minimum with every weight but the intercept at least zero."""
    step = [0.0] * len(beta)
    for _ in range(200):
        largest = 0.0
        for i, row in enumerate(hessian):
            slope = gradient[i] + sum(h * s for h, s in zip(row, step, strict=True))
            wanted = step[i] - slope / row[i]
            if i:
                wanted = max(wanted, -beta[i])
            largest = max(largest, abs(wanted - step[i]))
            step[i] = wanted
        if largest < 1e-7:
            break
    # A step of Newton's may overshoot far from the minimum; half of it never does harm.
    biggest = max(abs(s) for s in step)
    return [s * min(1.0, 2.0 / biggest) for s in step] if biggest else step
