"""What is kept: one row per member, day, device and place, with a bit for each 5 minutes.

Adding is a bitwise or, so it is idempotent, commutative and associative: duplicates, replays, late
arrivals, any order and any split over workers end in the same rows. Where two events of one row
disagree about a fact (an address database that was updated at noon), the smaller value stands, for
the same reason.

Size: 36 bytes of bits and about 60 of keys and facts a row; a member has 2 to 4 rows on a working
day, so 35 days of one member are about 8 kB in the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from signals.domain.sharing.events import Cell, Sighting
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.user_agents import FormFactor

SLOTS_PER_DAY: Final = 288
SLOT_MINUTES: Final = 5
KEPT_DAYS: Final = 35
WINDOW_DAYS: Final = 28


class RowKey(NamedTuple):
    """What a row is of. `day` is the ordinal of a day in UTC."""

    member: str
    day: int
    device: str
    place: str


class Facts(NamedTuple):
    """What an event says of its device and its place."""

    form: FormFactor
    system: str
    browser: str
    network_class: NetworkClass
    network: int
    """Number of the autonomous system, -1 where unknown."""
    cell: Cell | None


@dataclass(frozen=True, slots=True)
class Row:
    """One day of one device at one place. Bit n of `slots` is the n-th 5 minutes of the day."""

    key: RowKey
    facts: Facts
    slots: int


def number_of(network: int | None) -> int:
    """The number of an autonomous system as it is kept: -1 where it is unknown."""
    return -1 if network is None else network


def row_of(sighting: Sighting) -> Row:
    """The row that one event makes."""
    return Row(
        RowKey(sighting.member, sighting.day, sighting.device, sighting.place),
        Facts(
            sighting.form,
            sighting.system,
            sighting.browser,
            sighting.network_class,
            number_of(sighting.network),
            sighting.cell,
        ),
        1 << sighting.slot,
    )


def merge(one: Row, other: Row) -> Row:
    """Two rows of one key as one. Raises ValueError for rows of different keys."""
    if one.key != other.key:
        raise ValueError("Only rows of one member, day, device and place can be merged.")
    return replace(one, facts=smaller_facts(one.facts, other.facts), slots=one.slots | other.slots)


def smaller_facts(one: Facts, other: Facts) -> Facts:
    """Which of two stands, whatever the order they come in."""
    return one if one == other else min(one, other, key=_order)


def _order(facts: Facts) -> tuple[bool, tuple[int, int], str, str, str, str, int]:
    """A total order of facts; a known cell goes before an unknown one."""
    cell = facts.cell
    return (
        cell is None,
        (0, 0) if cell is None else (cell.latitude, cell.longitude),
        facts.form,
        facts.system,
        facts.browser,
        facts.network_class,
        facts.network,
    )


class State:
    """The rows of one organization, in memory. `add` and `absorb` may come in any order."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._rows: dict[RowKey, Row] = {}
        for row in rows:
            self._put(row)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, sightings: Iterable[Sighting]) -> None:
        """Keep what the events bring."""
        for sighting in sightings:
            self._put(row_of(sighting))

    def absorb(self, other: State) -> None:
        """Take over what another worker kept."""
        for row in other:
            self._put(row)

    def forget_before(self, day: int) -> None:
        """Delete the rows of days before this ordinal."""
        self._rows = {key: row for key, row in self._rows.items() if key.day >= day}

    def by_member(self) -> dict[str, list[Row]]:
        """The rows of each member, in no particular order."""
        members: dict[str, list[Row]] = {}
        for row in self._rows.values():
            members.setdefault(row.key.member, []).append(row)
        return members

    def _put(self, row: Row) -> None:
        known = self._rows.get(row.key)
        self._rows[row.key] = row if known is None else merge(known, row)
