"""What one event brings: who, when, with which device, from which place. No address, no person.

Device and place are keys: HMACs by the organization's secret. A cell is half a degree of latitude
and longitude, about 55 km: near enough for a journey, too coarse for a street.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import asin, cos, floor, radians, sin, sqrt
from typing import Final, NamedTuple

from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.user_agents import FormFactor

CELL_DEGREES: Final = 0.5
_EARTH_KM: Final = 6371.0


class Cell(NamedTuple):
    """A square of half a degree, by the index of its south-west corner."""

    latitude: int
    longitude: int


def cell_of(latitude: float, longitude: float) -> Cell:
    """The cell of a point given in degrees."""
    return Cell(floor(latitude / CELL_DEGREES), floor(longitude / CELL_DEGREES))


@lru_cache(maxsize=65536)
def distance_km(one: Cell, other: Cell) -> float:
    """Great-circle distance between the middles of two cells, in kilometres (haversine)."""
    lat1 = radians((one.latitude + 0.5) * CELL_DEGREES)
    lat2 = radians((other.latitude + 0.5) * CELL_DEGREES)
    step = radians((other.longitude - one.longitude) * CELL_DEGREES)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(step / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))


@dataclass(frozen=True, slots=True)
class Sighting:
    """One event of one member. `at` carries a time zone; `network` is the number of the autonomous
    system (public, None where unknown), `cell` None where the database knows no place."""

    member: str
    at: datetime
    device: str
    place: str
    form: FormFactor
    system: str
    browser: str
    network_class: NetworkClass = NetworkClass.UNKNOWN
    network: int | None = None
    cell: Cell | None = None

    @property
    def day(self) -> int:
        """The day in UTC, as an ordinal."""
        return self.at.astimezone(UTC).toordinal()

    @property
    def slot(self) -> int:
        """The 5 minutes of that day, 0 to 287."""
        at = self.at.astimezone(UTC)
        return (at.hour * 60 + at.minute) // 5
