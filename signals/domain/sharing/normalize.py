"""From a member's rows to devices and sites, before any evidence is drawn.

1. Device ids of equal system and browser with lives that do not overlap are one device (a cleared
   cookie); ids of one day belong to a lasting device of their family (a private window).
2. Runs of 4.5 h or more without a pause of 20 minutes are a tab that polls, not a person; nothing
   that the device did on such a day counts.
3. Places are distrusted: networks without a place, what the surroundings say, and the less used
   ends of the member's own journeys that no traveller makes.
4. Prefixes of one network that one device used are one site; far ones if on the same days.
5. Devices of several members are left out: they belong to a room.

Time is counted in slots of 5 minutes from the window's first local midnight. "Local" is the middle
of the quietest hours of the member's day, so that a working day in Sydney is one day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, combinations
from typing import Final

from signals.domain.sharing.events import Cell, distance_km
from signals.domain.sharing.journeys import FAR_KM, Surroundings, own_tunnels, teleport_ends
from signals.domain.sharing.keys import is_family
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.state import SLOTS_PER_DAY, WINDOW_DAYS, Row
from signals.domain.sharing.user_agents import PROGRAM, FormFactor

_SLOTS_PER_HOUR: Final = 12
_PAUSE_SLOTS: Final = 4
_POLLING_SLOTS: Final = 54
_DAY_BYTES: Final = SLOTS_PER_DAY // 8
_DAY: Final = (1 << SLOTS_PER_DAY) - 1
_QUIET_HOURS: Final = (2, 4, 6, 8)
"""Before and after a midnight, the narrow window before the wider ones."""
COMMON_DAYS: Final = 2


@dataclass(frozen=True, slots=True)
class Site:
    """Places of one network that one device used. `cell` is that of its most used place."""

    number: int
    network_class: NetworkClass
    cell: Cell | None
    trusted: bool
    may_be_home: bool


@dataclass(slots=True)
class Device:
    """One device: `bits` is its work, `raw` also what a polling tab did, `at` its work by site."""

    form: FormFactor
    system: str
    browser: str
    raw: int = 0
    bits: int = 0
    at: dict[int, int] = field(default_factory=dict)
    keys: tuple[str, ...] = ()

    @property
    def days(self) -> frozenset[int]:
        """Days of the window on which it worked."""
        return days_of(self.bits)

    @property
    def life(self) -> tuple[int, int]:
        """First and last slot in which it was seen."""
        return first_slot(self.raw), self.raw.bit_length() - 1


@dataclass(frozen=True, slots=True)
class Picture:
    """One member's window, ready for evidence."""

    devices: tuple[Device, ...]
    sites: tuple[Site, ...]
    history_days: int
    """Days from the first to the last day seen, both counted."""
    first_day: int
    """The ordinal of local day 0."""


def first_slot(bits: int) -> int:
    """The number of the lowest set bit; raises no error for 0, which gives -1."""
    return (bits & -bits).bit_length() - 1


def days_of(bits: int) -> frozenset[int]:
    """The numbers of the days in which a bit is set."""
    raw = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return frozenset(
        start // _DAY_BYTES
        for start in range(0, len(raw), _DAY_BYTES)
        if raw[start : start + _DAY_BYTES].lstrip(b"\0")
    )


def day_bits(bits: int, day: int) -> int:
    """The slots of one day."""
    return bits >> day * SLOTS_PER_DAY & _DAY


def without_polling(bits: int) -> int:
    """The bits without runs of 4.5 h or more in which no pause reaches 20 minutes."""
    filled = bits
    for step in range(1, _PAUSE_SLOTS):
        filled |= bits << step
    # A run now ends `_PAUSE_SLOTS - 1` slots late, so that many more belong to a long one.
    wanted = _POLLING_SLOTS + _PAUSE_SLOTS - 1
    long, reach = filled, 1
    while reach < wanted:
        step = min(reach, wanted - reach)
        long &= long >> step
        reach += step
    reach = 1
    while reach < wanted:
        step = min(reach, wanted - reach)
        long |= long << step
        reach += step
    return bits & ~long


def picture_of(rows: Sequence[Row], on: int, surroundings: Surroundings) -> Picture:
    """The devices and sites of one member in the 28 days up to and with the ordinal day `on`."""
    first = on - WINDOW_DAYS + 1
    window = sorted((row for row in rows if first <= row.key.day <= on), key=lambda row: row.key)
    shared = surroundings.shared_devices
    own = [row for row in window if row.key.device not in shared and row.facts.browser != PROGRAM]
    seen = [row.key.day for row in rows if row.key.day <= on]
    history = max(seen) - min(seen) + 1 if seen else 0
    if not own:
        return Picture((), (), history, first)
    shift = _local_shift(own)
    site_of, sites = _sites(own, surroundings)
    # West of UTC the shift is over half a day, and the local day 0 is the day before.
    began = first - (shift > SLOTS_PER_DAY // 2)
    return Picture(tuple(_devices(own, first, shift, site_of, sites)), sites, history, began)


def _local_shift(rows: Sequence[Row]) -> int:
    """Slots to add so that the middle of the quietest hours becomes midnight."""
    hours = [0] * 24
    for row in rows:
        first = max(0, first_slot(row.slots)) // _SLOTS_PER_HOUR
        for hour in range(first, (row.slots.bit_length() - 1) // _SLOTS_PER_HOUR + 1):
            part = row.slots >> hour * _SLOTS_PER_HOUR & 0xFFF
            hours[hour] += part.bit_count()
    sums = list(accumulate(hours * 3, initial=0))
    # Where the quietest hours are many, their middle: the wider windows around it are quiet too.
    midnight = min(
        range(24),
        key=lambda at: (*(sums[at + 24 + w] - sums[at + 24 - w] for w in _QUIET_HOURS), at),
    )
    return (24 - midnight) % 24 * _SLOTS_PER_HOUR


def _sites(
    rows: Sequence[Row], surroundings: Surroundings
) -> tuple[dict[str, int], tuple[Site, ...]]:
    facts = {row.key.place: row.facts for row in rows}
    used: Counter[str] = Counter()
    by_device: dict[tuple[str, int], dict[str, set[int]]] = defaultdict(dict)
    for row in rows:
        used[row.key.place] += row.slots.bit_count()
        by_device[row.key.device, row.facts.network].setdefault(row.key.place, set()).add(
            row.key.day
        )
    ends = teleport_ends(rows)
    tunnels = own_tunnels(rows, ends) | surroundings.distrusted_networks

    parent = {place: place for place in facts}

    def root(place: str) -> str:
        while parent[place] != place:
            place = parent[place]
        return place

    for (_, network), by_place in by_device.items():
        for one, other in combinations(by_place, 2):
            # Two prefixes on the same days are one line, wherever the database puts them.
            if network >= 0 and (
                _near(facts[one].cell, facts[other].cell)
                or len(by_place[one] & by_place[other]) >= COMMON_DAYS
            ):
                low, high = sorted((root(one), root(other)))
                parent[high] = low
    members: dict[str, list[str]] = defaultdict(list)
    for place in facts:
        members[root(place)].append(place)
    site_of, sites = {}, []
    for number, places in enumerate(members.values()):
        main = max(places, key=lambda place: (used[place], place))
        said = facts[main]
        distrusted = [
            place
            for place in places
            if place in ends
            or place in surroundings.distrusted_places
            or facts[place].network in tunnels
        ]
        trusted = said.network_class.is_fixed and 2 * sum(used[p] for p in distrusted) < sum(
            used[p] for p in places
        )
        public = 2 * sum(used[p] for p in places if p in surroundings.public_places)
        may_be_home = (
            trusted
            and said.network_class in (NetworkClass.RESIDENTIAL, NetworkClass.UNKNOWN)
            and public < sum(used[p] for p in places)
        )
        sites.append(Site(number, said.network_class, said.cell, trusted, may_be_home))
        site_of.update(dict.fromkeys(places, number))
    return site_of, tuple(sites)


def _near(one: Cell | None, other: Cell | None) -> bool:
    return one is None or other is None or distance_km(one, other) <= FAR_KM


def _devices(
    rows: Sequence[Row], first: int, shift: int, site_of: dict[str, int], sites: Sequence[Site]
) -> list[Device]:
    ids: dict[str, Device] = {}
    for row in rows:
        facts = row.facts
        device = ids.setdefault(
            row.key.device,
            Device(facts.form, facts.system, facts.browser, keys=(row.key.device,)),
        )
        bits = row.slots << (row.key.day - first) * SLOTS_PER_DAY + shift
        site = site_of[row.key.place]
        device.raw |= bits
        device.at[site] = device.at.get(site, 0) | bits
    named = [device for device in ids.values() if not is_family(device.keys[0])]
    chained = _chain(named) + _without_ids(
        named, [device for device in ids.values() if is_family(device.keys[0])]
    )
    for device in chained:
        device.bits = _attended(device.raw)
        device.at = {site: bits & device.bits for site, bits in device.at.items()}
    chained.sort(key=lambda device: (-device.bits.bit_count(), device.keys))
    return chained


def _attended(raw: int) -> int:
    """The bits without polling, and without the rest of a day on which the device polled.

    Who was there between two runs of a tab that polls cannot be told from the tab.
    """
    bits = without_polling(raw)
    for day in days_of(raw ^ bits):
        bits &= ~(_DAY << day * SLOTS_PER_DAY)
    return bits


def _chain(ids: list[Device]) -> list[Device]:
    """One device for ids of one family whose lives do not overlap, the latest ended first."""
    families: dict[tuple[str, str, str], list[Device]] = defaultdict(list)
    for device in ids:
        families[device.form, device.system, device.browser].append(device)
    found = []
    for family in families.values():
        lasting = [device for device in family if len(days_of(device.raw)) > 1]
        fleeting = [device for device in family if len(days_of(device.raw)) == 1]
        chains: list[Device] = []
        for device in sorted(lasting, key=lambda item: (*item.life, item.keys)):
            _join(chains, device)
        rest = []
        for device in sorted(fleeting, key=lambda item: (*item.life, item.keys)):
            host = _host(chains, device)
            if host is None:
                rest.append(device)
            else:
                _absorb(host, device)
        loose: list[Device] = []
        for device in rest:
            _join(loose, device)
        for device in loose:
            _join(chains, device)
        found.extend(chains)
    return found


def _host(chains: Sequence[Device], device: Device) -> Device | None:
    """The lasting device of whose family an id of one day is a private window.

    One at its site before others; elsewhere only if both were not used in the same 5 minutes.
    """
    near = [chain for chain in chains if chain.at.keys() & device.at.keys()]
    free = [chain for chain in chains if not chain.raw & device.raw]
    return next(iter(near or free), None)


def _join(chains: list[Device], device: Device) -> None:
    """Continue the chain that ended last before this life began, one at its site before others."""
    start, end = device.life
    free = [chain for chain in chains if chain.life[1] <= start or chain.life[0] >= end]
    if not free:
        chains.append(device)
        return
    _absorb(
        max(
            free,
            key=lambda chain: (
                bool(chain.at.keys() & device.at.keys()),
                chain.life[1],
                chain.keys,
            ),
        ),
        device,
    )


def _without_ids(named: Sequence[Device], families: Sequence[Device]) -> list[Device]:
    """What came without an id: a device of its own where no id of its family is known.

    Else it was one of those, nobody can say which, and says nothing that they do not.
    """
    known = {(device.form, device.system, device.browser) for device in named}
    return [each for each in families if (each.form, each.system, each.browser) not in known]


def _absorb(chain: Device, device: Device) -> None:
    chain.raw |= device.raw
    for site, bits in device.at.items():
        chain.at[site] = chain.at.get(site, 0) | bits
    chain.keys += device.keys
