"""From what an event carries to what is kept of it. The raw address and agent end here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from signals.domain.sharing.events import Sighting, cell_of
from signals.domain.sharing.keys import FAMILY, key_of
from signals.domain.sharing.networks import network_class, place_prefix
from signals.domain.sharing.state import Facts, number_of
from signals.domain.sharing.user_agents import parse_agent


@dataclass(frozen=True, slots=True)
class RawEvent:
    """What the product sends of an event. Empty text and None mean that it does not know.

    `at` carries a time zone; latitude and longitude are in degrees; `network` is the word of an
    address database for the autonomous system.
    """

    member: str
    at: datetime
    device_id: str
    address: str
    user_agent: str
    latitude: float | None = None
    longitude: float | None = None
    asn: int | None = None
    network: str = ""


class Source(NamedTuple):
    """What an event says of itself but its time: what its keys are made of, and its facts.

    `device` and `place` are in the clear: they go into keyed hashes and are never stored.
    """

    device: str
    place: str
    facts: Facts
    device_kind: str = "device"


def source_of(event: RawEvent) -> Source | None:
    """The source of an event, or None for one that names no device and no agent.

    An event without a device counts for its agent's family, one without an address for its network
    and cell: coarse, but it neither invents a device nor a place for every event.
    """
    if not event.device_id and not event.user_agent:
        return None
    agent = parse_agent(event.user_agent)
    cell = None
    if event.latitude is not None and event.longitude is not None:
        cell = cell_of(event.latitude, event.longitude)
    return Source(
        event.device_id or f"agent {event.member} {'/'.join(agent)}",
        place_prefix(event.address) if event.address else f"network {event.asn} {cell}",
        Facts(*agent, network_class(event.network), number_of(event.asn), cell),
        "device" if event.device_id else FAMILY,
    )


def sighting_of(event: RawEvent, secret: bytes) -> Sighting | None:
    """What to keep under this secret, or None for an event that has no source."""
    source = source_of(event)
    if source is None:
        return None
    facts = source.facts
    return Sighting(
        member=event.member,
        at=event.at,
        device=key_of(secret, source.device_kind, source.device),
        place=key_of(secret, "place", source.place),
        form=facts.form,
        system=facts.system,
        browser=facts.browser,
        network_class=facts.network_class,
        network=event.asn,
        cell=facts.cell,
    )
