"""Journeys that no traveller makes, and which places they prove wrong.

One device that teleports proves the geography of a network false: a VPN, a relay, a carrier. So the
first look at each member collects the ends of such journeys, and the organization's looks together
say which places to distrust. Also found here: devices that several members use (a meeting room, a
kiosk), which say nothing about any one of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import Final

from signals.domain.sharing.events import Cell, distance_km
from signals.domain.sharing.keys import is_family
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.state import SLOT_MINUTES, SLOTS_PER_DAY, Facts, Row

FAR_KM: Final = 100.0
FASTEST_KMH: Final = 900.0
_SLACK_KM: Final = 60.0
_SLACK_MINUTES: Final = 5.0
MEMBERS_TO_DISTRUST: Final = 2
SHARE_TO_DISTRUST: Final = 0.15
HOPPING_TO_DISTRUST: Final = 0.5
MEMBERS_OF_A_PUBLIC_PLACE: Final = 3
CELLS_OF_A_TUNNEL: Final = 2


def is_teleport(kilometres: float, minutes: float) -> bool:
    """Whether nobody travels so far in that time: over 100 km and over 900 km/h with slack.

    The slack of 60 km is the size of a cell, that of 5 minutes the size of a slot.
    """
    hours = (max(0.0, minutes) + _SLACK_MINUTES) / 60
    return kilometres > FAR_KM and (kilometres - _SLACK_KM) / hours > FASTEST_KMH


_BITS_OF_BYTE: Final = tuple(
    tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256)
)


def slots_of(bits: int) -> list[int]:
    """The numbers of the set bits, rising."""
    found: list[int] = []
    for number, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        if byte:
            found += [number * 8 + bit for bit in _BITS_OF_BYTE[byte]]
    return found


@dataclass(frozen=True, slots=True)
class Look:
    """What one member's rows say about places and devices, for the organization's norm.

    `teleports` are the less used ends of journeys of single devices that no traveller makes, `hops`
    the ends outside households of such journeys between devices. `load` is the median
    of active minutes a day times the square root of the active days.
    """

    devices: frozenset[str]
    places: frozenset[str]
    teleports: frozenset[str]
    hops: frozenset[str]
    tunnels: Mapping[int, frozenset[Cell]]
    load: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the organization's looks say together. Empty surroundings distrust nothing."""

    distrusted_places: frozenset[str] = frozenset()
    public_places: frozenset[str] = frozenset()
    distrusted_networks: frozenset[int] = frozenset()
    shared_devices: frozenset[str] = frozenset()
    normal_load: float | None = None


def look_at(rows: Sequence[Row]) -> Look:
    """The first look at one member's rows of the window."""
    facts = {row.key.place: row.facts for row in sorted(rows, key=lambda row: row.key)}
    ends = teleport_ends(rows)
    tunnels: dict[int, set[Cell]] = defaultdict(set)
    for place in ends:
        if _may_tunnel(facts[place]) and (cell := facts[place].cell) is not None:
            tunnels[facts[place].network].add(cell)
    minutes: Counter[int] = Counter()
    active: dict[int, int] = defaultdict(int)
    for row in rows:
        active[row.key.day] |= row.slots
    for day, bits in active.items():
        minutes[day] = bits.bit_count() * SLOT_MINUTES
    return Look(
        frozenset(row.key.device for row in rows),
        frozenset(facts),
        ends,
        _hop_ends(rows),
        {network: frozenset(cells) for network, cells in tunnels.items()},
        median(minutes.values()) * sqrt(len(minutes)) if minutes else 0.0,
    )


def surroundings_of(looks: Iterable[Look]) -> Surroundings:
    """What to distrust in one organization, and how much its members work on the whole."""
    passing: Counter[str] = Counter()
    teleporting: Counter[str] = Counter()
    hopping: Counter[str] = Counter()
    holders: Counter[str] = Counter()
    tunnel_members: Counter[int] = Counter()
    tunnel_cells: dict[int, set[Cell]] = defaultdict(set)
    loads = []
    for look in looks:
        passing.update(look.places)
        teleporting.update(look.teleports)
        hopping.update(look.hops)
        holders.update(look.devices)
        for network, cells in look.tunnels.items():
            tunnel_members[network] += 1
            tunnel_cells[network] |= cells
        loads.append(look.load)
    return Surroundings(
        frozenset(
            place
            for found, share in (
                (teleporting, SHARE_TO_DISTRUST),
                (hopping, HOPPING_TO_DISTRUST),
            )
            for place, members in found.items()
            if members >= MEMBERS_TO_DISTRUST and members >= share * passing[place]
        ),
        frozenset(
            place for place, members in passing.items() if members >= MEMBERS_OF_A_PUBLIC_PLACE
        ),
        frozenset(
            network
            for network, members in tunnel_members.items()
            if members >= MEMBERS_TO_DISTRUST and len(tunnel_cells[network]) >= CELLS_OF_A_TUNNEL
        ),
        frozenset(device for device, members in holders.items() if members > 1),
        median(loads) if loads else None,
    )


def teleport_ends(rows: Sequence[Row]) -> frozenset[str]:
    """The less used ends of the journeys of single devices that no traveller makes.

    Only between fixed networks: the others have no place that could be wrong.
    """
    used: Counter[str] = Counter()
    fixed: dict[str, list[tuple[Row, Cell]]] = defaultdict(list)
    for row in rows:
        used[row.key.place] += row.slots.bit_count()
        cell = row.facts.cell
        if cell is not None and row.facts.network_class.is_fixed and not is_family(row.key.device):
            fixed[row.key.device].append((row, cell))
    ends = set()
    for own in fixed.values():
        if len({cell for _row, cell in own}) < 2:
            continue
        stops = sorted(
            (row.key.day * SLOTS_PER_DAY + slot, row.key.place, cell)
            for row, cell in own
            for slot in slots_of(row.slots)
        )
        for (before, here, cell), (after, there, other) in pairwise(stops):
            if cell != other and is_teleport(
                distance_km(cell, other), (after - before) * SLOT_MINUTES
            ):
                ends.add(min(here, there, key=lambda place: (used[place], place)))
    return frozenset(ends)


def _hop_ends(rows: Sequence[Row]) -> frozenset[str]:
    """Ends outside households of journeys between any devices that no traveller makes.

    When most members who pass a place hop from there, it is a tunnel that their computers never
    leave, while their phones are at home.
    """
    fixed = [row for row in rows if row.facts.cell is not None and row.facts.network_class.is_fixed]
    ends = set[str]()
    if len({row.facts.cell for row in fixed}) < 2 or not any(_may_tunnel(r.facts) for r in fixed):
        return frozenset()
    stops = sorted(
        (row.key.day * SLOTS_PER_DAY + slot, row.key.place, row.facts.cell, _may_tunnel(row.facts))
        for row in fixed
        for slot in slots_of(row.slots)
    )
    for (before, here, cell, leaves), (after, there, other, comes) in pairwise(stops):
        if (
            (leaves or comes)
            and cell is not None
            and other is not None
            and cell != other
            and is_teleport(distance_km(cell, other), (after - before) * SLOT_MINUTES)
        ):
            ends.update([here] * leaves + [there] * comes)
    return frozenset(ends)


def own_tunnels(rows: Sequence[Row], ends: frozenset[str]) -> frozenset[int]:
    """Networks into which the member's own devices teleport at two or more places."""
    cells: dict[int, set[Cell]] = defaultdict(set)
    for row in rows:
        if row.key.place in ends and _may_tunnel(row.facts) and row.facts.cell is not None:
            cells[row.facts.network].add(row.facts.cell)
    return frozenset(network for network, found in cells.items() if len(found) >= CELLS_OF_A_TUNNEL)


def _may_tunnel(facts: Facts) -> bool:
    """Households' networks span a country and are no tunnel, however wrong one address is.

    A network of unknown class may be a household's, so only its single places can be distrusted.
    """
    return facts.network >= 0 and facts.network_class is NetworkClass.BUSINESS
