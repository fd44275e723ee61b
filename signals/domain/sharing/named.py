"""The people behind a shared account, as somebody writes them down: an address a line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MOST_PEOPLE: Final = 20
_ADDRESS: Final = re.compile(r"[^\s<>,;()\"]+@[^\s<>,;()\"@]+\.[^\s<>,;()\"@.]+")
_LONGEST_ADDRESS: Final = 254
_LONGEST_NAME: Final = 150
_AROUND_A_NAME: Final = " \t,;:<>()\"'"


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody with an address, in lower case, and perhaps a name."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class ReadPeople:
    """Who was read, each address once, and the lines in which no one address was found."""

    people: tuple[Named, ...]
    unreadable: tuple[str, ...]


def read_people(text: str) -> ReadPeople:
    """Read "Ben Berg <ben@acme.example>", "Ben Berg, ben@acme.example" or the address alone."""
    people: dict[str, Named] = {}
    unreadable: list[str] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        found: Sequence[str] = _ADDRESS.findall(line)
        if len(found) != 1 or len(found[0]) > _LONGEST_ADDRESS:
            unreadable.append(line.strip())
            continue
        name = " ".join(line.replace(found[0], " ").strip(_AROUND_A_NAME).split())
        email = found[0].lower()
        people.setdefault(email, Named(name[:_LONGEST_NAME], email))
    return ReadPeople(tuple(people.values()), tuple(unreadable))
