"""Imports people from a file: sent, checked without changing anything, imported as a whole.

A person is found by member id, then by address; who is not there is added, without a seat and
without a sign-in. Empty cells change nothing. Whom the directory keeps is left to it.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from accounts.errors import DomainError
from accounts.models import Department, Membership, Region
from accounts.services.departments import department_named
from accounts.services.history import Actor, record
from accounts.services.people import lock_people
from accounts.services.regions import region_named
from accounts.tenancy import organization_context
from provisioning.domain.people_file import (
    MOST_LINES,
    Person,
    Refusal,
    Refused,
    guess_mapping,
    names_people,
    read_lines,
)
from provisioning.models import PeopleImport

AT_ONCE: Final = 2_000
SHOWN_REFUSALS: Final = 200
_BATCH: Final = 1_000
_State = PeopleImport.State


class FileNotReadable(DomainError):
    """The file is neither CSV nor a workbook, or holds no lines."""

    code: ClassVar[str] = "file_not_readable"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "file"


class MappingNotUsable(DomainError):
    """No column tells who somebody is, or two mean the same."""

    code: ClassVar[str] = "mapping_not_usable"
    status: ClassVar[int] = 422


class ImportNotReady(DomainError):
    """The file was imported already, or is not checked yet."""

    code: ClassVar[str] = "import_not_ready"


@dataclass(slots=True)
class Plan:
    """What a file does: people to add and to change, and the lines that are not taken."""

    new: list[Person] = field(default_factory=list)
    changed: list[tuple[Membership, Person, dict[str, list[str]]]] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)

    def findings(self) -> dict[str, Any]:
        """Return the plan as the page shows it."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "refused": len(self.refused),
            "examples": [
                {"line": each.line, "about": each.email or each.member_id} for each in self.new[:5]
            ],
            "changes": [
                {"line": each.line, "about": person.display_name, "fields": sorted(changes)}
                for person, each, changes in self.changed[:5]
            ],
            "refusals": [
                {"line": each.line, "reason": each.reason.value, "about": each.about}
                for each in sorted(self.refused, key=lambda one: one.line)[:SHOWN_REFUSALS]
            ],
        }


def read_table(filename: str, content: bytes) -> list[list[str]]:
    """Return the lines of a CSV file or of a workbook's first sheet. Raises FileNotReadable."""
    try:
        table = _workbook(content) if content[:2] == b"PK" else _csv(content)
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError, csv.Error) as error:
        raise FileNotReadable(
            _("The file could not be read. Save it as CSV or XLSX and send it again.")
        ) from error
    if len(table) < 2:
        raise FileNotReadable(_("The file has no lines below its heading."))
    if len(table) > MOST_LINES + 1:
        raise FileNotReadable(
            _("The file has more than 100,000 lines. Send it in parts, each with its heading.")
        )
    return table


def _csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets in Europe write without being asked.
        text = content.decode("cp1252")
    heading = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=heading.count)
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]


def _workbook(content: bytes) -> list[list[str]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    rows = book.worksheets[0].iter_rows(values_only=True, max_row=MOST_LINES + 2, max_col=50)
    return [
        ["" if cell is None else str(cell) for cell in row]
        for row in rows
        if any(cell is not None for cell in row)
    ]


def send_file(
    *, organization_id: int, filename: str, content: bytes, actor: Actor, now: datetime
) -> PeopleImport:
    """Keep a file and what its columns seem to mean. Raises FileNotReadable.

    Columns that were mapped before are mapped the same way.
    """
    table = read_table(filename, content)
    headings = [cell.strip()[:100] for cell in table[0]][:50]
    with organization_context(organization_id, user_id=actor.user_id):
        earlier = PeopleImport.objects.filter(
            organization_id=organization_id, headings=headings, state=_State.DONE
        ).first()
        return PeopleImport.objects.create(
            organization_id=organization_id,
            requested_by_id=actor.user_id,
            filename=filename[:200],
            content=content,
            headings=headings,
            mapping=earlier.mapping if earlier else guess_mapping(headings),
            lines=len(table) - 1,
            created_at=now,
            touched_at=now,
        )


def check_file(
    *, organization_id: int, import_id: UUID, mapping: Sequence[str], now: datetime
) -> PeopleImport:
    """Work out what a file would do, and change nobody. Raises MappingNotUsable, ImportNotReady."""
    if not names_people(mapping):
        raise MappingNotUsable(
            _("Choose a column for the member id or the email address, and each meaning once.")
        )
    with organization_context(organization_id):
        sent = _sent(organization_id, import_id)
        plan = _plan(sent, mapping)
        sent.mapping, sent.findings = list(mapping), plan.findings()
        sent.state, sent.touched_at = _State.CHECKED, now
        sent.save(update_fields=["mapping", "findings", "state", "touched_at"])
        return sent


def import_people(
    *, organization_id: int, import_id: UUID, actor: Actor, now: datetime
) -> PeopleImport:
    """Do what a checked file says, all of it or nothing. Raises ImportNotReady."""
    with organization_context(organization_id, user_id=actor.user_id):
        lock_people(organization_id=organization_id)
        sent = _sent(organization_id, import_id)
        if sent.state not in (_State.CHECKED, _State.IMPORTING):
            raise ImportNotReady(_("Check the file first."))
        plan = _plan(sent, sent.mapping)
        _write(organization_id, plan, actor=actor, now=now)
        sent.findings, sent.content = plan.findings(), b""
        sent.state, sent.touched_at = _State.DONE, now
        sent.save(update_fields=["findings", "content", "state", "touched_at"])
        record(
            actor=actor,
            verb="people_imported",
            subject=sent,
            organization_id=organization_id,
            now=now,
            changes={"new": len(plan.new), "changed": len(plan.changed)},
        )
        return sent


def begin(*, organization_id: int, import_id: UUID, state: str, now: datetime) -> None:
    """Say that a worker checks or imports a long file. Raises ImportNotReady."""
    with organization_context(organization_id):
        sent = _sent(organization_id, import_id)
        sent.state, sent.touched_at = state, now
        sent.save(update_fields=["state", "touched_at"])


def give_up(*, organization_id: int, import_id: UUID, now: datetime) -> None:
    """Say that a worker failed; nothing of the file was imported."""
    with organization_context(organization_id):
        PeopleImport.objects.filter(pk=import_id, organization_id=organization_id).exclude(
            state=_State.DONE
        ).update(state=_State.FAILED, content=b"", touched_at=now)


def _sent(organization_id: int, import_id: UUID) -> PeopleImport:
    sent = PeopleImport.objects.select_for_update().get(
        pk=import_id, organization_id=organization_id
    )
    if sent.state in (_State.DONE, _State.FAILED):
        raise ImportNotReady(_("This file was dealt with already. Send it again to go on."))
    return sent


def _plan(sent: PeopleImport, mapping: Sequence[str]) -> Plan:
    table = read_table(sent.filename, bytes(sent.content))
    people, refused = read_lines(table[1:], mapping)
    plan = Plan(refused=refused)
    memberships = list(
        Membership.objects.filter(organization_id=sent.organization_id).select_related(
            "department", "region", "directory_user"
        )
    )
    by_id = {each.external_id: each for each in memberships if each.external_id}
    by_email = {each.email.lower(): each for each in memberships if each.email}
    for person in people:
        named, addressed = by_id.get(person.member_id), by_email.get(person.email)
        if named is not None and addressed is not None and named.pk != addressed.pk:
            about = person.member_id
            plan.refused.append(Refused(person.line, Refusal.TWO_PEOPLE, about))
            continue
        found = named or addressed
        if found is None:
            plan.new.append(person)
        elif hasattr(found, "directory_user"):
            plan.refused.append(Refused(person.line, Refusal.DIRECTORY, found.display_name))
        elif changes := _changes(found, person):
            plan.changed.append((found, person, changes))
        else:
            plan.unchanged += 1
    return plan


def _changes(membership: Membership, person: Person) -> dict[str, list[str]]:
    before = {
        "name": membership.name,
        "title": membership.title,
        "kind": membership.kind,
        "department": membership.department.name if membership.department else "",
        "region": membership.region.name if membership.region else "",
    }
    after = dict(person.values)
    if membership.kind not in (Membership.Kind.EMPLOYEE, Membership.Kind.CONTRACTOR):
        after.pop("kind", None)
    changes = {
        name: [before[name], value]
        for name, value in after.items()
        if before[name] != value
        and not (name in ("department", "region") and before[name].lower() == value.lower())
    }
    if person.email and not membership.email:
        changes["email"] = ["", person.email]
    if person.member_id and not membership.external_id:
        changes["external_id"] = ["", person.member_id]
    return changes


def _write(organization_id: int, plan: Plan, *, actor: Actor, now: datetime) -> None:
    departments: dict[str, Department | None] = {}
    regions: dict[str, Region | None] = {}
    everybody = [*plan.new, *(person for _found, person, _changes in plan.changed)]
    for person in everybody:
        department, region = person.values.get("department"), person.values.get("region")
        if department and department.lower() not in departments:
            departments[department.lower()] = department_named(
                organization_id=organization_id, name=department, actor=actor, now=now
            )
        if region and region.lower() not in regions:
            regions[region.lower()] = region_named(
                organization_id=organization_id, name=region, actor=actor, now=now
            )
    Membership.objects.bulk_create(
        [
            Membership(
                organization_id=organization_id,
                external_id=person.member_id,
                email=person.email,
                name=person.values.get("name", ""),
                title=person.values.get("title", ""),
                kind=person.values.get("kind", Membership.Kind.EMPLOYEE),
                department=departments.get(person.values.get("department", "").lower()),
                region=regions.get(person.values.get("region", "").lower()),
                created_at=now,
            )
            for person in plan.new
        ],
        batch_size=_BATCH,
    )
    for found, person, changes in plan.changed:
        for name in changes:
            match name:
                case "department":
                    found.department = departments[person.values[name].lower()]
                case "region":
                    found.region = regions[person.values[name].lower()]
                case _:
                    setattr(found, name, changes[name][1])
    Membership.objects.bulk_update(
        [found for found, _person, _changes in plan.changed],
        ["name", "title", "kind", "department", "region", "email", "external_id"],
        batch_size=_BATCH,
    )
    _follow_managers(organization_id, everybody)


def _follow_managers(organization_id: int, people: Sequence[Person]) -> None:
    wanted = [person for person in people if person.manager]
    if not wanted:
        return
    ids: dict[str, int] = {}
    for pk, external_id, email in Membership.objects.filter(
        organization_id=organization_id
    ).values_list("pk", "external_id", "email"):
        ids |= {key: pk for key in (external_id, email.lower()) if key}
    changed = []
    for person in wanted:
        who = ids.get(person.member_id) or ids.get(person.email)
        manager = ids.get(person.manager) or ids.get(person.manager.lower())
        if who and manager and who != manager:
            changed.append(Membership(pk=who, manager_id=manager))
    Membership.objects.bulk_update(changed, ["manager"], batch_size=_BATCH)
