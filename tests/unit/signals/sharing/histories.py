"""Small histories made by hand: who worked when, with what, from where."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from signals.domain.sharing.events import Cell, Sighting, cell_of
from signals.domain.sharing.evidence import Evidence
from signals.domain.sharing.journeys import Surroundings
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.scoring import evidence_on
from signals.domain.sharing.state import State
from signals.domain.sharing.user_agents import FormFactor

START: Final = date(2026, 3, 2)
LAST_DAY: Final = (START + timedelta(days=27)).toordinal()
BERLIN: Final = cell_of(52.52, 13.40)
HAMBURG: Final = cell_of(53.55, 9.99)
TOKYO: Final = cell_of(35.68, 139.65)


def work(
    days: Iterable[int],
    hours: Iterable[float],
    device: str = "laptop",
    place: str = "home",
    *,
    cell: Cell | None = BERLIN,
    network: int = 1,
    network_class: NetworkClass = NetworkClass.RESIDENTIAL,
    form: FormFactor = FormFactor.COMPUTER,
    system: str = "windows",
    browser: str = "chrome",
    member: str = "ben",
) -> list[Sighting]:
    """One event at each of these hours (9.5 is half past nine, UTC) on each of these days."""
    hours = tuple(hours)
    return [
        Sighting(
            member=member,
            at=datetime.combine(START + timedelta(days=day), time(), UTC) + timedelta(hours=hour),
            device=device,
            place=place,
            form=form,
            system=system,
            browser=browser,
            network_class=network_class,
            network=network,
            cell=cell,
        )
        for day in days
        for hour in hours
    ]


def evidence(sightings: Iterable[Sighting], surroundings: Surroundings | None = None) -> Evidence:
    """The evidence of these events on the last of 28 days."""
    state = State()
    state.add(sightings)
    return evidence_on(list(state), LAST_DAY, surroundings or Surroundings())
