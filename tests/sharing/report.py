"""The evaluation as a page and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from signals.domain.sharing.ladder import organization_alerts, unpaid_people
from tests.sharing.measure import (
    BASELINES,
    STEPS,
    Case,
    at_step,
    calibration_error,
    flagged_shares,
    pr_auc,
    shared_weight,
)

PREVALENCES: Final = (0.01, 0.03, 0.05)
DRAWS: Final = 40
HEAD: Final = (
    "population | PR-AUC | best naive | precision / recall at 0.3 | at 0.5 | at 0.7 | at 0.9"
)
WITH_LESS: Final = """
## Reported with less

The same people (three held-out worlds, and the practice set), as a product would report them that
knows less, at 3 %. What is missing costs finds; it must not cost innocent people their good name.
"""
INTRODUCTION: Final = """# How well shared accounts are told from innocent ones

Written by `make eval-sharing` (`PRACTICE=folder` adds the labelled practice set); do not edit.
Equal seeds give equal figures. Populations hold about 15 % shared accounts; each is weighed down
until they make up the prevalence named. What the figures mean and where the weights come from:
[ADR 17](adr/0017-can-these-devices-belong-to-one-person.md).

- **Held-out worlds**: mixtures of climate that no weight was fitted on, with a seed of their own.
- **Known worlds, other seeds**: the climates of the fit, other people.
- **People nobody fitted for**: personas, patterns and climates that were written after the weights
  and took part in no fit (`tests/sharing/strangers.py`), among the usual ones.
- The **practice set** took part in the fit of the final weights; left out of it (weights of the
  simulated worlds alone) it gives the figures in the ADR."""


def measured(cases: Sequence[Case], prevalence: float) -> dict[str, Any]:
    """All figures of some cases at one prevalence, the base rate set to it."""
    weight = shared_weight(cases, prevalence)
    chances = [case.probability(base_rate=prevalence) for case in cases]
    steps = [at_step(cases, chances, step, weight) for step in STEPS]
    naive = {
        name: pr_auc([(case.naive[i], case.truth.shared) for case in cases], weight)
        for i, name in enumerate(BASELINES)
    }
    area = pr_auc([(p, case.truth.shared) for p, case in zip(chances, cases, strict=True)], weight)
    return {
        "members": len(cases),
        "shared": sum(case.truth.shared for case in cases),
        "pr_auc": area,
        "naive": naive,
        "times_best_naive": area / max(naive.values()),
        "calibration_error": calibration_error(cases, chances, weight),
        "steps": {
            str(at.step): {
                "precision": at.precision,
                "recall": at.recall,
                "innocent_flagged": at.innocent,
            }
            for at in steps
        },
        "organizations": organizations(cases, prevalence),
    }


def organizations(cases: Sequence[Case], prevalence: float) -> dict[str, Any]:
    """The organizations' alerts, with shared accounts dropped at random down to the prevalence."""
    random = Random("organizations")
    kept = shared_weight(cases, prevalence)
    by_organization: dict[tuple[str, str], list[tuple[bool, float]]] = {}
    for case in cases:
        expected = unpaid_people(case.score(base_rate=prevalence), case.evidence)
        by_organization.setdefault((case.population, case.organization), []).append(
            (case.truth.shared, expected)
        )
    right = wrong = silent = 0
    for _ in range(DRAWS):
        for members in by_organization.values():
            here = [m for m in members if not m[0] or random.random() < kept]
            is_shared = any(shared for shared, _ in here)
            if organization_alerts(expected for _, expected in here):
                right, wrong = right + is_shared, wrong + (not is_shared)
            else:
                silent += is_shared
    return {
        "alert_precision": right / (right + wrong) if right + wrong else None,
        "alert_recall": right / (right + silent) if right + silent else None,
    }


def people_error(cases: Sequence[Case]) -> dict[str, float]:
    """Over the shared accounts at 0.5: how often `at least` is true, and how far `about` is off."""
    found = [
        (c.score(), c.truth.people) for c in cases if c.truth.shared and c.probability() >= 0.5
    ]
    if not found:
        return {}
    return {
        "at_least_is_true": sum(s.at_least <= people for s, people in found) / len(found),
        "about_is_off_by": sum(abs(s.about - people) for s, people in found) / len(found),
    }


def write_report(
    groups: Mapping[str, Sequence[Sequence[Case]]],
    less: Mapping[str, Sequence[Case]],
    folder: Path,
) -> None:
    """Write sharing-evaluation.md and .json into the folder.

    `less` holds cases of populations that were reported with something missing, by what it was.
    """
    data: dict[str, Any] = {}
    lines = [INTRODUCTION]
    for name, populations in groups.items():
        cases = [case for many in populations for case in many]
        chances = [case.probability() for case in cases]
        by_kind = flagged_shares(cases, chances, 0.5)
        watched = flagged_shares(cases, chances, 0.3)
        data[name] = {
            "prevalence": {str(rate): measured(cases, rate) for rate in PREVALENCES},
            "worlds": {many[0].population: measured(many, 0.03) for many in populations},
            "people": people_error(cases),
            "personas": {k: v for (shared, k), v in by_kind.items() if not shared},
            "patterns": {k: v for (shared, k), v in by_kind.items() if shared},
        }
        lines += _group(name, data[name], watched)
    data["reported with less"] = {name: measured(cases, 0.03) for name, cases in less.items()}
    lines += [WITH_LESS, f"| {HEAD} | organizations' alerts | calibration error |"]
    lines += ["| --- |" + " --- |" * 8]
    lines += [_row(name, figures) for name, figures in data["reported with less"].items()]
    (folder / "sharing-evaluation.md").write_text("\n".join(lines) + "\n")
    (folder / "sharing-evaluation.json").write_text(
        json.dumps(_rounded(data), indent=1, sort_keys=True) + "\n"
    )


def _group(
    name: str, data: Mapping[str, Any], watched: Mapping[tuple[bool, str], tuple[int, int]]
) -> list[str]:
    rates = data["prevalence"]
    first = rates["0.03"]
    lines = [
        f"\n## {name[0].upper()}{name[1:]}\n",
        f"{first['members']} members, {first['shared']} shared.\n",
        f"| {HEAD} | organizations' alerts | calibration error |",
        "| --- |" + " --- |" * 8,
    ]
    lines += [_row(f"at {float(rate):.0%}", figures) for rate, figures in rates.items()]
    if len(data["worlds"]) > 1:
        lines += [_row(world, figures) for world, figures in data["worlds"].items()]
    naive = ", ".join(f"{rule} {area:.3f}" for rule, area in first["naive"].items())
    lines.append(
        f"\nNaive rules at 3 %: {naive}; the detector has {first['times_best_naive']:.1f} "
        "times the best of them."
    )
    if people := data["people"]:
        lines.append(
            f'Of the shared accounts at 0.5 the sentence "at least N people" is true in '
            f'{people["at_least_is_true"]:.0%}, "about N" is off by '
            f"{people['about_is_off_by']:.1f} people on average."
        )
    for shared, title in ((False, "innocent persona"), (True, "pattern")):
        lines += [f"\n| {title} | members | at 0.3 | at 0.5 |", "| --- | ---: | ---: | ---: |"]
        table = data["patterns" if shared else "personas"]
        for kind, (flagged, of) in table.items():
            early = watched[shared, kind][0]
            lines.append(
                f"| {kind} | {of} | {early} ({early / of:.1%}) | {flagged} ({flagged / of:.1%}) |"
            )
    return lines


def _row(name: str, figures: Mapping[str, Any]) -> str:
    cells = [name, f"{figures['pr_auc']:.3f}", f"{max(figures['naive'].values()):.3f}"]
    cells += [
        f"{_share(step['precision'])} / {_share(step['recall'])}"
        for step in figures["steps"].values()
    ]
    alerts = figures["organizations"]
    cells.append(f"{_share(alerts['alert_precision'])} / {_share(alerts['alert_recall'])}")
    cells.append(f"{figures['calibration_error']:.4f}")
    return "| " + " | ".join(cells) + " |"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return value
