"""`python -m tests.sharing`: how well the detector tells shared accounts from innocent ones.

Writes docs/sharing-evaluation.md and .json. With `--fit`, fits the weights instead and prints the
table for model.py; `--labels FILE` adds what people answered about cases. `--practice FOLDER` names
the labelled practice set, which is left out where there is none.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from tests.sharing.climates import HELD_OUT, WORLDS, World
from tests.sharing.damage import DAMAGES, damaged
from tests.sharing.measure import Case, cases_of
from tests.sharing.practice import read_population
from tests.sharing.report import write_report
from tests.sharing.strangers import STRANGE_WORLDS, strange
from tests.sharing.training import cross_validate, labels_of, train
from tests.sharing.worlds import population

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
FITTED_SEEDS: Final = (1, 2)
OTHER_SEED: Final = 11
STRANGE_SEEDS: Final = (31, 32)


def say(text: str) -> None:
    """One line to whoever waits."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def drawn(worlds: tuple[World, ...], seed: int) -> list[list[Case]]:
    """The cases of these worlds with this seed."""
    found = []
    for world in worlds:
        say(f"{world.name}, seed {seed}")
        found.append(cases_of(population(world, seed)))
    return found


def practised(folder: Path | None) -> list[list[Case]]:
    """The practice set's cases, or none."""
    return [cases_of(read_population(folder))] if folder and folder.is_dir() else []


def main() -> None:
    """Evaluate, or fit."""
    parser = argparse.ArgumentParser(prog="python -m tests.sharing", description=__doc__)
    parser.add_argument("--practice", type=Path)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--labels", type=Path, help="answers for the fit: export_sharing_labels")
    asked = parser.parse_args()
    if asked.labels and not asked.fit:
        parser.error("--labels are for the fit: add --fit")
    practice = practised(asked.practice)
    if asked.fit:
        training = practice + [c for seed in FITTED_SEEDS for c in drawn(WORLDS, seed)]
        labels = labels_of(asked.labels) if asked.labels else []
        judged, (offset, slope) = cross_validate(training, labels)
        model = train(training, labels)
        say(f"intercept {model.intercept:.3f} offset {offset:.3f} slope {slope:.3f}")
        for kind, weight in model.weights.items():
            say(f"Kind.{kind.name}: Weight({weight.weight:.2f}, {weight.cap:g}),")
        for name in dict.fromkeys(case.population for case, _ in judged):
            own = [(c, m) for c, m in judged if c.population == name]
            flagged = [c for c, m in own if c.probability(m) >= 0.5]
            hits = sum(c.truth.shared for c in flagged)
            say(f"{name}: left out, at 0.5: {hits} shared, {len(flagged) - hits} innocent")
        return
    groups = {
        "practice set": practice,
        "held-out worlds": drawn(HELD_OUT, OTHER_SEED),
        "known worlds, other seeds": drawn(WORLDS, OTHER_SEED),
        "people nobody fitted for": [
            cases_of(strange(world, seed)) for world in STRANGE_WORLDS for seed in STRANGE_SEEDS
        ],
    }
    less = {}
    for name in DAMAGES:
        say(f"reported with {name}")
        less[f"held-out worlds, {name}"] = [
            case
            for world in HELD_OUT[:3]
            for case in cases_of(damaged(population(world, OTHER_SEED), name))
        ]
        if asked.practice:
            less[f"practice set, {name}"] = cases_of(damaged(read_population(asked.practice), name))
    write_report({name: many for name, many in groups.items() if many}, less, DOCS)


if __name__ == "__main__":
    main()
