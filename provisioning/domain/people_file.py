"""A file of people: which column means what, and what a line says. Pure.

A line names a person by member id or email address, the id first. Lines are numbered from 1, the
heading being the first.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from provisioning.domain.person import is_contractor

MOST_LINES: Final = 100_000


class Field(StrEnum):
    """What a column can mean."""

    MEMBER_ID = "member_id"
    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    TITLE = "title"
    DEPARTMENT = "department"
    REGION = "region"
    MANAGER = "manager"
    KIND = "kind"


LONGEST: Final = {
    Field.MEMBER_ID: 200,
    Field.EMAIL: 254,
    Field.NAME: 150,
    Field.FIRST_NAME: 75,
    Field.LAST_NAME: 74,
    Field.TITLE: 150,
    Field.DEPARTMENT: 120,
    Field.REGION: 120,
    Field.MANAGER: 254,
    Field.KIND: 60,
}

# Headings as people and systems write them, in letters alone.
_HEADINGS: Final = {
    Field.MEMBER_ID: "memberid userid username login externalid id employeeid mitgliedsnummer",
    Field.EMAIL: "email mail emailaddress workemail adresse emailadresse surel alamatemail",
    Field.NAME: "name fullname displayname vollername anzeigename nama namalengkap",
    Field.FIRST_NAME: "firstname givenname vorname namadepan",
    Field.LAST_NAME: "lastname familyname surname nachname namabelakang",
    Field.TITLE: "title jobtitle position role titel funktion jabatan",
    Field.DEPARTMENT: "department team division abteilung departemen",
    Field.REGION: "region country location office standort land wilayah negara",
    Field.MANAGER: "manager managerid manageremail reportsto vorgesetzter atasan",
    Field.KIND: "kind type usertype employmenttype art jenis",
}
_FIELD_OF: Final = {
    heading: each for each, headings in _HEADINGS.items() for heading in headings.split()
}
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Refusal(StrEnum):
    """Why a line is not taken."""

    NOBODY = "nobody"
    BAD_EMAIL = "bad_email"
    TOO_LONG = "too_long"
    TWICE = "twice"
    TWO_PEOPLE = "two_people"
    DIRECTORY = "directory"


@dataclass(frozen=True, slots=True)
class Person:
    """What a line says of somebody; only the fields of mapped columns are in `values`."""

    line: int
    member_id: str
    email: str
    values: Mapping[str, str] = field(default_factory=dict)
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is not taken."""

    line: int
    reason: Refusal
    about: str


def guess_mapping(headings: Sequence[str]) -> list[str]:
    """Return what each column means as far as its heading tells, each meaning once; "" if not."""
    taken: set[str] = set()
    mapping = []
    for heading in headings:
        found = _FIELD_OF.get(re.sub(r"[\W\d_]+", "", heading.lower()), "")
        mapping.append("" if found in taken else str(found))
        taken.add(found)
    return mapping


def names_people(mapping: Sequence[str]) -> bool:
    """Tell whether a mapping has what a person is found by, and no meaning twice."""
    meant = [each for each in mapping if each]
    return len(meant) == len(set(meant)) and bool({Field.MEMBER_ID, Field.EMAIL} & set(meant))


def read_lines(
    lines: Sequence[Sequence[str]], mapping: Sequence[str]
) -> tuple[list[Person], list[Refused]]:
    """Return what the lines after the heading say, and those that say nothing usable."""
    people: list[Person] = []
    refused: list[Refused] = []
    seen: set[str] = set()
    for number, cells in enumerate(lines, start=2):
        values = {
            meaning: " ".join(cell.split())
            for meaning, cell in zip(mapping, cells, strict=False)
            if meaning
        }
        if not any(values.values()):
            continue
        member_id = values.pop(Field.MEMBER_ID, "")
        email = values.pop(Field.EMAIL, "").lower()
        about = member_id or email or values.get(Field.NAME, "")
        reason = _reason(member_id, email, values, seen)
        if reason is not None:
            refused.append(Refused(number, reason, about[:100]))
            continue
        seen.update(key for key in (f"id:{member_id}", f"mail:{email}") if key[-1] != ":")
        manager = values.pop(Field.MANAGER, "")
        people.append(Person(number, member_id, email, _settled(values), manager))
    return people, refused


def _reason(
    member_id: str, email: str, values: Mapping[str, str], seen: set[str]
) -> Refusal | None:
    if not member_id and not email:
        return Refusal.NOBODY
    if email and not _ADDRESS.fullmatch(email):
        return Refusal.BAD_EMAIL
    texts = {Field.MEMBER_ID: member_id, Field.EMAIL: email} | {
        Field(name): text for name, text in values.items()
    }
    if any(len(text) > LONGEST[each] or "\x00" in text for each, text in texts.items()):
        return Refusal.TOO_LONG
    if (member_id and f"id:{member_id}" in seen) or (email and f"mail:{email}" in seen):
        return Refusal.TWICE
    return None


def _settled(values: dict[str, str]) -> dict[str, str]:
    """Return the values as a membership has them: one name, a kind of ours; no empty ones."""
    first, last = values.pop(Field.FIRST_NAME, ""), values.pop(Field.LAST_NAME, "")
    if not values.get(Field.NAME) and (first or last):
        values[Field.NAME] = f"{first} {last}".strip()
    kind = values.pop(Field.KIND, "")
    if kind:
        values[Field.KIND] = "contractor" if is_contractor(kind) else "employee"
    return {name: value for name, value in values.items() if value}
