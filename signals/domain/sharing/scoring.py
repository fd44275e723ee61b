"""One organization's day: the looks at all, then the scores of those whose rows changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from signals.domain.sharing.evidence import Evidence, evidence_of
from signals.domain.sharing.journeys import Surroundings, look_at, surroundings_of
from signals.domain.sharing.model import FITTED, FITTED_BASE_RATE, Model, Score, score_of
from signals.domain.sharing.normalize import picture_of
from signals.domain.sharing.state import WINDOW_DAYS, Row


def surroundings_on(members: Iterable[Sequence[Row]], on: int) -> Surroundings:
    """What one organization's rows say of its places in the 28 days up to the ordinal day `on`."""
    first = on - WINDOW_DAYS + 1
    return surroundings_of(
        look_at([row for row in rows if first <= row.key.day <= on]) for rows in members
    )


def evidence_on(rows: Sequence[Row], on: int, surroundings: Surroundings) -> Evidence:
    """The evidence of one member on the ordinal day `on`."""
    return evidence_of(picture_of(rows, on, surroundings), surroundings.normal_load)


def scores_on(
    members: Mapping[str, Sequence[Row]],
    on: int,
    model: Model = FITTED,
    base_rate: float = FITTED_BASE_RATE,
) -> dict[str, Score]:
    """The scores of all members of one organization on the ordinal day `on`."""
    surroundings = surroundings_on(members.values(), on)
    return {
        member: score_of(evidence_on(rows, on, surroundings), model, base_rate)
        for member, rows in members.items()
    }
