"""Imports people from a file: sent, checked without changing anything, imported as a whole.

A person is found by member id, then by address; who is not there is added, without a seat and
without a sign-in. Empty cells change nothing. Whom the directory keeps is left to it.
"""

import csv
import io
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID
from zipfile import BadZipFile

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from accounts.errors import DomainError
from accounts.models import Membership
from accounts.services.history import Actor, record
from accounts.services.people import lock_people
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
from provisioning.services.people_progress import note
from provisioning.services.people_writing import Changes, Known, write_people

AT_ONCE: Final = 2_000
SHOWN_REFUSALS: Final = 200
# What somebody confirms who presses Import.
_PROMISED: Final = ("new", "changed", "refused")
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
    field: ClassVar[str] = "mapping"


class ImportNotReady(DomainError):
    """The file was imported already, or is not checked yet."""

    code: ClassVar[str] = "import_not_ready"


@dataclass(slots=True)
class Plan:
    """What a file does: people to add and to change, and the lines that are not taken."""

    new: list[Person] = field(default_factory=list)
    changed: list[tuple[Known, Person, Changes]] = field(default_factory=list)
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
                {"line": each.line, "about": known.label, "fields": sorted(changes)}
                for known, each, changes in self.changed[:5]
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


def require_usable(mapping: Sequence[str]) -> None:
    """Raise MappingNotUsable unless people are found by the columns, and none means the same."""
    if not names_people(mapping):
        raise MappingNotUsable(
            _("Choose a column for the member id or the email address, and each meaning once.")
        )


def check_file(
    *, organization_id: int, import_id: UUID, mapping: Sequence[str], now: datetime
) -> PeopleImport:
    """Work out what a file would do, and change nobody. Raises MappingNotUsable, ImportNotReady."""
    require_usable(mapping)
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
    """Do what a checked file says, all of it or nothing. Raises ImportNotReady.

    If the list changed since the check, so that other counts would follow than those that were
    confirmed, nobody is changed: the file is checked anew, and `findings` says so as `is_anew`.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_people(organization_id=organization_id)
        sent = _sent(organization_id, import_id)
        if sent.state not in (_State.CHECKED, _State.IMPORTING):
            raise ImportNotReady(_("Check the file first."))
        plan, promised = _plan(sent, sent.mapping), sent.findings
        if any(promised[name] != plan.findings()[name] for name in _PROMISED):
            return _ask_again(sent, plan, now=now)
        write_people(
            organization_id=organization_id,
            new=plan.new,
            changed=plan.changed,
            actor=actor,
            now=now,
        )
        note(sent.pk, 95)
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


def _ask_again(sent: PeopleImport, plan: Plan, *, now: datetime) -> PeopleImport:
    sent.findings = plan.findings() | {"is_anew": True}
    sent.state, sent.touched_at = _State.CHECKED, now
    sent.save(update_fields=["findings", "state", "touched_at"])
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
    note(sent.pk, 5)
    table = read_table(sent.filename, bytes(sent.content))
    note(sent.pk, 15)
    people, refused = read_lines(table[1:], mapping)
    note(sent.pk, 30)
    plan = Plan(refused=refused)
    everybody = _everybody(sent.organization_id)
    by_id = {each.external_id: each for each in everybody if each.external_id}
    by_email = {each.email.lower(): each for each in everybody if each.email}
    keys = by_id.keys() | by_email.keys()
    keys |= {key for person in people for key in (person.member_id, person.email) if key}
    for person in people:
        named, addressed = by_id.get(person.member_id), by_email.get(person.email)
        if named is not None and addressed is not None and named.pk != addressed.pk:
            about = person.member_id
            plan.refused.append(Refused(person.line, Refusal.TWO_PEOPLE, about))
            continue
        found = named or addressed
        if found is None:
            plan.new.append(person)
        elif found.directory_user is not None:
            plan.refused.append(Refused(person.line, Refusal.DIRECTORY, found.label))
        elif changes := _changes(found, person, keys):
            plan.changed.append((found, person, changes))
        else:
            plan.unchanged += 1
    note(sent.pk, 50)
    return plan


def _everybody(organization_id: int) -> list[Known]:
    """Return the people of the list in one query, without the weight of model instances."""
    return [
        Known(*facts)
        for facts in Membership.objects.filter(organization_id=organization_id)
        .order_by()
        .values_list(
            *("pk", "external_id", "email", "name", "title", "kind"),
            Coalesce("department__name", Value("")),
            Coalesce("region__name", Value("")),
            *("department_id", "region_id"),
            Coalesce("manager__external_id", Value("")),
            Coalesce("manager__email", Value("")),
            "directory_user__pk",
        )
    ]


def _changes(known: Known, person: Person, keys: Set[str]) -> Changes:
    """Return what a line changes of somebody; a manager counts if the list or the file has them."""
    before = {
        name: getattr(known, name) for name in ("name", "title", "kind", "department", "region")
    }
    after = dict(person.values)
    if known.kind not in (Membership.Kind.EMPLOYEE, Membership.Kind.CONTRACTOR):
        after.pop("kind", None)
    changes = {
        name: [before[name], value]
        for name, value in after.items()
        if before[name] != value
        and not (name in ("department", "region") and before[name].lower() == value.lower())
    }
    if person.email and not known.email:
        changes["email"] = ["", person.email]
    if person.member_id and not known.external_id:
        changes["external_id"] = ["", person.member_id]
    manager = person.manager.lower()
    own = {known.external_id.lower(), known.email.lower()}
    present = {known.manager_member_id.lower(), known.manager_email.lower()}
    is_known = person.manager in keys or manager in keys
    if manager and is_known and manager not in present | own:
        changes["manager"] = [known.manager_email or known.manager_member_id, person.manager]
    return changes
