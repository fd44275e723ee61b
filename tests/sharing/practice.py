"""Reads a labelled population: events, networks and labels, as the practice set brings them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from signals.domain.sharing.events import Sighting, cell_of
from signals.domain.sharing.networks import NetworkClass, network_classes, place_prefix
from signals.domain.sharing.state import Row, State
from signals.domain.sharing.user_agents import parse_agent


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a member: `pattern` is "none" for the innocent, who have a persona."""

    shared: bool
    people: int
    pattern: str
    persona: str


@dataclass(frozen=True, slots=True)
class Population:
    """Organizations, each with its members' rows, and the truth about the members."""

    organizations: Mapping[str, Mapping[str, list[Row]]]
    truth: Mapping[str, Truth]
    last_day: int
    name: str = ""


def sighting_of(event: Mapping[str, Any], classes: Mapping[int, NetworkClass]) -> Sighting:
    """The facts of one event of the practice set's format."""
    agent = parse_agent(event["user_agent"])
    located = event.get("lat") is not None and event.get("lon") is not None
    return Sighting(
        member=event["member"],
        at=datetime.fromisoformat(event["ts"]),
        device=event["device_id"],
        place=place_prefix(event["ip"]),
        form=agent.form,
        system=agent.system,
        browser=agent.browser,
        network_class=classes.get(event["asn"], NetworkClass.UNKNOWN),
        network=event["asn"],
        cell=cell_of(event["lat"], event["lon"]) if located else None,
    )


def population_of(
    events: Iterable[Mapping[str, Any]],
    classes: Mapping[int, NetworkClass],
    truth: Mapping[str, Truth],
    name: str,
) -> Population:
    """The rows that these events leave; the last day is the latest event's."""
    states: dict[str, State] = {}
    last = 0
    for event in events:
        sighting = sighting_of(event, classes)
        last = max(last, sighting.day)
        states.setdefault(event["org"], State()).add([sighting])
    return Population({org: state.by_member() for org, state in states.items()}, truth, last, name)


def read_population(folder: Path) -> Population:
    """The population in this folder. Raises FileNotFoundError where there is none."""
    with gzip.open(folder / "asn.json.gz", "rt") as file:
        table = json.load(file)
    classes = network_classes({int(asn): known["class"] for asn, known in table.items()})
    truth = {
        line["member"]: Truth(line["shared"], line["people"], line["pattern"], line["persona"])
        for line in _lines(folder / "labels.jsonl.gz")
    }
    return population_of(_lines(folder / "events.jsonl.gz"), classes, truth, "practice set")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as file:
        for line in file:
            yield json.loads(line)
