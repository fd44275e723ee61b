"""Populations as a product reports them that knows less: what is missing, and how often.

Each function takes rows and gives those that would have been kept had the events come without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Final

from signals.domain.sharing.keys import FAMILY, key_of
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.state import Row, State
from signals.domain.sharing.user_agents import FormFactor
from tests.sharing.practice import Population

type Damage = Callable[[Row, Random], Row | None]


def without_device_ids(row: Row, random: Random, share: float = 1.0) -> Row:
    """Devices without an id count as their agent's family."""
    if random.random() >= share:
        return row
    family = key_of(b"d" * 32, FAMILY, "/".join((row.key.member, *row.facts[:3])))
    return replace(row, key=row.key._replace(device=family))


def half_without_device_ids(row: Row, random: Random) -> Row:
    """Half of the rows have an id."""
    return without_device_ids(row, random, 0.5)


def without_addresses(row: Row, _random: Random) -> Row:
    """Places without an address are their network and cell."""
    place = f"network {row.facts.network} {row.facts.cell}"
    return replace(row, key=row.key._replace(place=place))


def without_geography(row: Row, _random: Random) -> Row:
    """No coordinates."""
    return replace(row, facts=row.facts._replace(cell=None))


def without_networks(row: Row, _random: Random) -> Row:
    """No number and no class of the network."""
    facts = row.facts._replace(network=-1, network_class=NetworkClass.UNKNOWN)
    return replace(row, facts=facts)


def addresses_alone(row: Row, random: Random) -> Row:
    """An address and nothing about it."""
    return without_networks(without_geography(row, random), random)


def nothing_of_places(row: Row, random: Random) -> Row:
    """Neither an address nor anything else about where."""
    return without_addresses(addresses_alone(row, random), random)


def without_agents(row: Row, _random: Random) -> Row:
    """Ids of devices, and no user agent."""
    facts = row.facts._replace(form=FormFactor.OTHER, system="other", browser="other")
    return replace(row, facts=facts)


def few_events(row: Row, random: Random) -> Row | None:
    """One in four of the 5 minutes is reported."""
    slots = sum(1 << bit for bit in range(288) if row.slots >> bit & 1 and random.random() < 0.25)
    return replace(row, slots=slots) if slots else None


DAMAGES: Final[Mapping[str, Damage]] = {
    "no device ids": without_device_ids,
    "half without device ids": half_without_device_ids,
    "no addresses": without_addresses,
    "no coordinates": without_geography,
    "no networks": without_networks,
    "addresses alone": addresses_alone,
    "nothing of places": nothing_of_places,
    "no user agents": without_agents,
    "a quarter of the events": few_events,
}


def damaged(population: Population, name: str) -> Population:
    """The population as it would have been reported with this damage."""
    change, random = DAMAGES[name], Random(name)

    def left(rows: Iterable[Row]) -> list[Row]:
        found = (change(row, random) for row in sorted(rows, key=lambda row: row.key))
        state = State(row for row in found if row is not None)
        return list(state)

    organizations = {
        name: {member: kept for member, rows in members.items() if (kept := left(rows))}
        for name, members in population.organizations.items()
    }
    return replace(population, organizations=organizations, name=f"{population.name}, {name}")
