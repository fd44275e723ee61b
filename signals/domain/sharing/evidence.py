"""What contradicts one person: each piece of evidence as a number, with what a sentence needs.

Only computers and phones that were used on three or more days count; tablets and passers-by do not.
A machine seen in one data center only is a remote desktop, not a computer of its own, unless all
computers are: then the data center is the company's way out. No place, address or key leaves this
module: sites are "A" and "B", in order of use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from math import log
from typing import Final

from signals.domain.sharing.events import distance_km
from signals.domain.sharing.journeys import FAR_KM, is_teleport, slots_of
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.normalize import (
    Device,
    Picture,
    Site,
    day_bits,
    days_of,
    first_slot,
)
from signals.domain.sharing.state import SLOT_MINUTES, SLOTS_PER_DAY
from signals.domain.sharing.user_agents import FormFactor

KNOWN_DAYS: Final = 3
SITE_DAYS: Final = 2
ALTERNATIONS: Final = 3
WORKING_HOURS: Final = 12
HOUR_SHARE: Final = 0.15
TURNS: Final = 3
RETURN_SLOTS: Final = 36


class Kind(StrEnum):
    """The kinds of evidence, in the order of their weight."""

    SEPARATE_HOMES = "separate_homes"
    HOME_DAYS = "home_days"
    HOME_SWITCHES = "home_switches"
    DISTANT_PAIRS = "distant_pairs"
    EXTRA_PHONES = "extra_phones"
    SECOND_ALONE = "second_alone"
    EXTRA_COMPUTERS = "extra_computers"
    IMPOSSIBLE_HOPS = "impossible_hops"
    LONG_HOURS = "long_hours"
    TWO_SITES_AT_ONCE = "two_sites_at_once"
    TURNS = "turns"
    RETURNS = "returns"
    LOAD = "load"
    TWO_ACTIVE = "two_active"


@dataclass(frozen=True, slots=True)
class Observation:
    """One kind of evidence: `amount` goes into the model, `count` and `days` into the sentence."""

    kind: Kind
    amount: float
    count: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that one member's picture says, with the figures for the estimate of people."""

    observations: tuple[Observation, ...]
    computers: int
    phones: int
    active_days: int
    history_days: int

    def amount(self, kind: Kind) -> float:
        """The number of this kind; 0 where nothing was observed."""
        return next((item.amount for item in self.observations if item.kind is kind), 0.0)


def evidence_of(picture: Picture, normal_load: float | None) -> Evidence:
    """Everything that contradicts one person; `normal_load` is the organization's norm of load."""
    sites = {site.number: site for site in picture.sites}
    remote = [d for d in picture.devices if _is_remote(d, picture.devices, sites)]
    apart = any(d.form is FormFactor.COMPUTER and d not in remote for d in picture.devices)
    devices = [d for d in picture.devices if not (apart and d in remote)]
    known = [device for device in devices if len(device.days) >= KNOWN_DAYS]
    computers = [device for device in known if device.form is FormFactor.COMPUTER]
    phones = [device for device in known if device.form is FormFactor.PHONE]
    everything = 0
    for device in devices:
        everything |= device.bits
    active = days_of(everything)
    scene = _Scene(devices, computers, phones, sites, everything, len(active), normal_load)
    scene = replace(scene, homes=_home_groups(scene))
    observations = []
    for kind, observe in _OBSERVERS.items():
        amount = observe(scene)
        if amount > 0:
            observations.append(Observation(kind, amount, round(amount)))
    return Evidence(
        tuple(observations),
        at_once(computers),
        at_once(phones),
        len(active),
        picture.history_days,
    )


@dataclass(frozen=True, slots=True)
class _Scene:
    devices: Sequence[Device]
    computers: Sequence[Device]
    phones: Sequence[Device]
    sites: dict[int, Site]
    everything: int
    active_days: int
    normal_load: float | None
    homes: Sequence[int] = ()


def at_once(devices: Sequence[Device]) -> int:
    """How many lives overlap at most: a replaced machine is not a second one."""
    return _depth([device.life for device in devices])


def _depth(lives: Sequence[tuple[int, int]]) -> int:
    """How many of these spans overlap at most."""
    ends = sorted(edge for start, end in lives for edge in ((start, 1), (end, -1)))
    most = here = 0
    for _, step in ends:
        here += step
        most = max(most, here)
    return most


def _is_remote(device: Device, devices: Sequence[Device], sites: dict[int, Site]) -> bool:
    """Seen in one data center only: a remote desktop, if there is a computer to reach it from.

    A network that nobody classed may be a data center's, where one computer alone never leaves it.
    """
    if len(device.at) != 1:
        return False
    (number,) = device.at
    network_class = sites[number].network_class
    return network_class is NetworkClass.HOSTING or (
        network_class is NetworkClass.UNKNOWN
        and device.form is FormFactor.COMPUTER
        and all(number not in other.at for other in devices if other is not device)
    )


def _home_groups(scene: _Scene) -> list[int]:
    """The work at homes (used on 2+ days), grouped so that groups have no device in common.

    A place that three members or more pass is a café or an office, whatever its network is.
    """
    groups: list[tuple[frozenset[int], int]] = []
    for number, site in scene.sites.items():
        if not site.may_be_home:
            continue
        users = frozenset(i for i, d in enumerate(scene.devices) if d.at.get(number))
        bits = 0
        for i in users:
            bits |= scene.devices[i].at[number]
        if len(days_of(bits)) < SITE_DAYS:
            continue
        # Joined with every group that shares a device with it.
        for group in [group for group in groups if group[0] & users]:
            groups.remove(group)
            users, bits = users | group[0], bits | group[1]
        groups.append((users, bits))
    return sorted((bits for _, bits in groups), key=lambda bits: (-bits.bit_count(), bits))


def _separate_homes(scene: _Scene) -> float:
    """Groups of homes without a device in common that are in use in the same weeks, minus 1."""
    lives = [(first_slot(bits), bits.bit_length() - 1) for bits in scene.homes]
    return max(0, _depth(lives) - 1)


def _home_days(scene: _Scene) -> float:
    """Days at separate homes other than the most used one."""
    if not _separate_homes(scene):
        return 0
    return sum(len(days_of(bits)) for bits in scene.homes[1:])


def _home_switches(scene: _Scene) -> float:
    """Changes from one separate home to another, beyond the two that one journey makes."""
    stops = sorted((slot, i) for i, bits in enumerate(scene.homes) for slot in slots_of(bits))
    return max(0, sum(before[1] != after[1] for before, after in pairwise(stops)) - 2)


def _main_site(device: Device, scene: _Scene) -> Site | None:
    """The trusted site where it works most."""
    trusted = [
        (bits.bit_count(), -number)
        for number, bits in device.at.items()
        if scene.sites[number].trusted and bits
    ]
    return scene.sites[-max(trusted)[1]] if trusted else None


def _distant_pairs(scene: _Scene) -> float:
    """Pairs of known devices that live over 100 km apart, never meet and alternate 3+ times."""
    known = [
        (device, site)
        for device in (*scene.computers, *scene.phones)
        if (site := _main_site(device, scene)) is not None and site.cell is not None
    ]
    pairs = 0
    for i, (one, here) in enumerate(known):
        for other, there in known[i + 1 :]:
            if (
                here.cell is not None
                and there.cell is not None
                and distance_km(here.cell, there.cell) > FAR_KM
                and not one.at.get(there.number)
                and not other.at.get(here.number)
                and _alternations(one, other) >= ALTERNATIONS
            ):
                pairs += 1
    return pairs


def _alternations(one: Device, other: Device) -> int:
    """How often the days of use change from one device to the other and back."""
    days = sorted(
        [(day, first_slot(day_bits(one.bits, day)), 0) for day in one.days]
        + [(day, first_slot(day_bits(other.bits, day)), 1) for day in other.days]
    )
    return sum(before[2] != after[2] for before, after in pairwise(days))


def _second_alone(scene: _Scene) -> float:
    """Days on which the second computer works and the first was not even open.

    Only between the first's first and last day: a machine that was replaced is not absent.
    """
    if len(scene.computers) < 2:
        return 0
    first, second = scene.computers[:2]
    start, end = first.life[0] // SLOTS_PER_DAY, first.life[1] // SLOTS_PER_DAY
    return sum(start < day < end for day in second.days - days_of(first.raw))


def _hops(scene: _Scene) -> float:
    """Days with a hop between different devices on trusted sites that no traveller makes."""
    cells = {site.cell for site in scene.sites.values() if site.trusted and site.cell is not None}
    if len(cells) < 2 or len(scene.devices) < 2:
        return 0
    stops = sorted(
        (slot, number, i)
        for i, device in enumerate(scene.devices)
        for number, bits in device.at.items()
        if scene.sites[number].trusted and scene.sites[number].cell is not None
        for slot in slots_of(bits)
    )
    days = set()
    for (before, here, one), (after, there, other) in pairwise(stops):
        if one == other or here == there or after // SLOTS_PER_DAY in days:
            continue
        cell, far = scene.sites[here].cell, scene.sites[there].cell
        if (
            cell is not None
            and far is not None
            and is_teleport(distance_km(cell, far), (after - before) * SLOT_MINUTES)
        ):
            days.add(after // SLOTS_PER_DAY)
    return len(days)


def _long_hours(scene: _Scene) -> float:
    """Hours of the day that are used on 15 % of the active days, beyond 12."""
    counts = [0] * 24
    for day in days_of(scene.everything):
        bits = day_bits(scene.everything, day)
        for hour in range(24):
            if bits >> hour * 12 & 0xFFF:
                counts[hour] += 1
    used = sum(count >= 2 and count >= HOUR_SHARE * scene.active_days for count in counts)
    return max(0, used - WORKING_HOURS)


def _site_bits(device: Device, scene: _Scene) -> list[tuple[int, int]]:
    return [(number, bits) for number, bits in device.at.items() if scene.sites[number].trusted]


def _two_sites_at_once(scene: _Scene) -> float:
    """Days on which two computers work in the same 5 minutes at two fixed sites."""
    days = set[int]()
    machines = [d for d in scene.devices if d.form is FormFactor.COMPUTER]
    for i, one in enumerate(machines):
        for other in machines[i + 1 :]:
            if not one.bits & other.bits:
                continue
            for here, bits in _site_bits(one, scene):
                for there, others in _site_bits(other, scene):
                    if here != there and bits & others:
                        days |= days_of(bits & others)
    return len(days)


def _spans(scene: _Scene) -> dict[int, list[tuple[int, int]]]:
    """By day, first and last slot of each known computer."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for device in scene.computers:
        for day in device.days:
            bits = day_bits(device.bits, day)
            spans.setdefault(day, []).append((first_slot(bits), bits.bit_length() - 1))
    return spans


def _not_nested(spans: Sequence[tuple[int, int]]) -> bool:
    """Whether two of these spans neither contains the other."""
    ordered = sorted(spans)
    return any(
        start > ordered[i][0] and end > ordered[i][1]
        for i in range(len(ordered))
        for start, end in ordered[i + 1 :]
    )


def _turns(scene: _Scene) -> float:
    """Days on which computers take 3 or more turns and no one's span contains the other's."""
    found = 0
    for day, spans in _spans(scene).items():
        if len(spans) < 2 or not _not_nested(spans):
            continue
        slots = sorted(
            (slot, i)
            for i, device in enumerate(scene.computers)
            for slot in slots_of(day_bits(device.bits, day))
        )
        turns = sum(a[1] != b[1] for a, b in pairwise(slots))
        found += turns >= TURNS
    return found


def _two_active(scene: _Scene) -> float:
    """Days on which two computers are active and neither's span contains the other's."""
    return sum(len(spans) > 1 and _not_nested(spans) for spans in _spans(scene).values())


def _returns(scene: _Scene) -> float:
    """Days on which the site changes A-B-A within 3 hours by different computers."""
    machines = [d for d in scene.devices if d.form is FormFactor.COMPUTER]
    stops = sorted(
        (slot, number, i)
        for i, device in enumerate(machines)
        for number, bits in _site_bits(device, scene)
        for slot in slots_of(bits)
    )
    changes: list[tuple[int, int, int]] = []
    last: list[tuple[int, int, int]] = []
    for stop in stops:
        if not changes or changes[-1][1] != stop[1]:
            changes.append(stop)
            last.append(stop)
        else:
            last[-1] = stop
    days = set()
    for i in range(len(changes) - 2):
        leaves, between, back = last[i], changes[i + 1], changes[i + 2]
        if leaves[1] == back[1] and leaves[2] != between[2] and back[0] - leaves[0] <= RETURN_SLOTS:
            days.add(back[0] // SLOTS_PER_DAY)
    return len(days)


def _load(scene: _Scene) -> float:
    """Log of the member's load over the organization's; see `journeys.Look.load`."""
    if not scene.normal_load or not scene.active_days:
        return 0.0
    minutes = sorted(
        day_bits(scene.everything, day).bit_count() * SLOT_MINUTES
        for day in days_of(scene.everything)
    )
    middle = (minutes[(len(minutes) - 1) // 2] + minutes[len(minutes) // 2]) / 2
    return max(0.0, log(middle * scene.active_days**0.5 / scene.normal_load))


_OBSERVERS: Final[dict[Kind, Callable[[_Scene], float]]] = {
    Kind.SEPARATE_HOMES: _separate_homes,
    Kind.HOME_DAYS: _home_days,
    Kind.HOME_SWITCHES: _home_switches,
    Kind.DISTANT_PAIRS: _distant_pairs,
    Kind.EXTRA_PHONES: lambda scene: max(0, at_once(scene.phones) - 1),
    Kind.SECOND_ALONE: _second_alone,
    Kind.EXTRA_COMPUTERS: lambda scene: max(0, at_once(scene.computers) - 1),
    Kind.IMPOSSIBLE_HOPS: _hops,
    Kind.LONG_HOURS: _long_hours,
    Kind.TWO_SITES_AT_ONCE: _two_sites_at_once,
    Kind.TURNS: _turns,
    Kind.RETURNS: _returns,
    Kind.LOAD: _load,
    Kind.TWO_ACTIVE: _two_active,
}
