"""A case as a timeline: which device worked at which site on which day. No keys, no places.

Devices are numbered and sites lettered in order of use, so that people can speak of them: "computer
2 at site B".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.normalize import Picture, day_bits, days_of
from signals.domain.sharing.state import SLOT_MINUTES
from signals.domain.sharing.user_agents import FormFactor


@dataclass(frozen=True, slots=True)
class Stay:
    """One device at one site on one day. `day` is the ordinal of the member's local day."""

    day: int
    device: int
    form: FormFactor
    system: str
    site: str
    network_class: NetworkClass
    minutes: int


def timeline_of(picture: Picture) -> list[Stay]:
    """The stays of one member's window, in order of day, device and site."""
    used: Counter[int] = Counter()
    for device in picture.devices:
        for number, bits in device.at.items():
            used[number] += bits.bit_count()
    ranked = sorted(used, key=lambda number: (-used[number], number))
    letters = {number: _letters(rank) for rank, number in enumerate(ranked)}
    sites = {site.number: site for site in picture.sites}
    return sorted(
        (
            Stay(
                picture.first_day + day,
                index,
                device.form,
                device.system,
                letters[number],
                sites[number].network_class,
                day_bits(bits, day).bit_count() * SLOT_MINUTES,
            )
            for index, device in enumerate(picture.devices, start=1)
            for number, bits in device.at.items()
            for day in days_of(bits)
        ),
        key=lambda stay: (stay.day, stay.device, len(stay.site), stay.site),
    )


def _letters(rank: int) -> str:
    """A, B, ..., Z, AA, AB, ... for 0, 1, ..."""
    text = ""
    while rank >= 0:
        text = chr(ord("A") + rank % 26) + text
        rank = rank // 26 - 1
    return text
