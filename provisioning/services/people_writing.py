"""Writes the people of a file: a statement for all who are new, one for all who change, one for
whom they report to. Each of the first two writes its entries of the history with it, and who is new
is told to other systems like anybody else. Nobody is mailed.

Runs in the transaction of the import, in the organization's context, under the lock of its people.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Model

from accounts.domain.positions import Position, is_new_position
from accounts.models import Department, Membership, Region
from accounts.origin import current_origin
from accounts.services.departments import department_named
from accounts.services.history import Actor
from accounts.services.regions import region_named
from integrations.services.events import tell_of_many_joined
from provisioning.domain.people_file import Person

_GIVEN: Final = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS g(
        id bigint, external_id text, email text, name text, title text, kind text,
        department_id bigint, region_id bigint, is_new_position boolean, changes jsonb)
)
"""
_HISTORY: Final = """,
entries AS (
INSERT INTO accounts_historyentry (organization_id, at, actor_id, actor_label, verb, object_type,
    object_id, object_label, changes, origin)
SELECT %(organization_id)s, %(now)s, %(actor_id)s, %(actor_label)s, %(verb)s, 'membership',
    written.id::text,
    coalesce(nullif(written.name, ''), nullif(written.email, ''),
        'Member ' || left(written.external_id, 8)),
    written.changes, %(origin)s::jsonb
FROM written
RETURNING id
)
SELECT min(id), max(id) FROM entries
"""
_ADD: Final = (
    _GIVEN  # noqa: S608
    + """,
written AS (
    INSERT INTO accounts_membership (organization_id, external_id, email, name, title, role, state,
        kind, department_id, region_id, created_at)
    SELECT %(organization_id)s, external_id, email, name, title, %(role)s, %(state)s,
        kind, department_id, region_id, %(now)s
    FROM given
    RETURNING id, external_id, email, name, '{}'::jsonb AS changes
)
"""
    + _HISTORY
)
_CHANGE: Final = (
    _GIVEN  # noqa: S608
    + """,
written AS (
    UPDATE accounts_membership m
    SET external_id = given.external_id, email = given.email, name = given.name,
        title = given.title, kind = given.kind, department_id = given.department_id,
        region_id = given.region_id,
        position_since = CASE WHEN given.is_new_position THEN %(now)s ELSE m.position_since END
    FROM given
    WHERE m.organization_id = %(organization_id)s AND m.id = given.id
    RETURNING m.id, m.external_id, m.email, m.name, given.changes
)
"""
    + _HISTORY
)
_BELOW: Final = """
WITH given AS (SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS g(id bigint, manager bigint))
UPDATE accounts_membership m SET manager_id = given.manager
FROM given
WHERE m.organization_id = %(organization_id)s AND m.id = given.id
    AND m.manager_id IS DISTINCT FROM given.manager
"""
_LOOP: Final = {True: "on", False: "off"}
# What a column names, and what makes it when it is new.
_PLACES: Final[dict[str, tuple[type[Model], Callable[..., Model | None]]]] = {
    "department": (Department, department_named),
    "region": (Region, region_named),
}


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of the list, as far as a file can speak of them."""

    pk: int
    external_id: str
    email: str
    name: str
    title: str
    kind: str
    department: str
    region: str
    department_id: int | None
    region_id: int | None
    manager_member_id: str
    manager_email: str
    directory_user: int | None

    @property
    def label(self) -> str:
        """What the person is called."""
        return self.name or self.email or self.external_id


type Changes = dict[str, list[str]]


def write_people(
    *,
    organization_id: int,
    new: Sequence[Person],
    changed: Sequence[tuple[Known, Person, Changes]],
    actor: Actor,
    now: datetime,
) -> None:
    """Add and change people, then put them below their managers; one entry a person."""
    everybody = [*new, *(person for _known, person, _changes in changed)]
    departments = _named("department", organization_id, everybody, actor=actor, now=now)
    regions = _named("region", organization_id, everybody, actor=actor, now=now)

    def place(person: Person) -> dict[str, int | None]:
        return {
            "department_id": departments.get(person.values.get("department", "").lower()),
            "region_id": regions.get(person.values.get("region", "").lower()),
        }

    common = {
        "organization_id": organization_id,
        "now": now,
        "actor_id": actor.user_id,
        "actor_label": actor.label[:200],
        "origin": None if (origin := current_origin()) is None else json.dumps(origin),
    }
    added = [
        {
            "external_id": person.member_id,
            "email": person.email,
            "name": person.values.get("name", ""),
            "title": person.values.get("title", ""),
            "kind": person.values.get("kind", Membership.Kind.EMPLOYEE),
        }
        | place(person)
        for person in new
    ]
    role, state = Membership.Role.MEMBER.value, Membership.State.ACTIVE.value
    entries = _run(_ADD, added, common | {"verb": "person_added", "role": role, "state": state})
    if entries is not None:
        first, last = entries
        tell_of_many_joined(organization_id=organization_id, first=first, last=last)
    after: list[dict[str, Any]] = [
        {
            name: changes[name][1] if name in changes else getattr(known, name)
            for name in ("external_id", "email", "name", "title", "kind")
        }
        | {"department_id": known.department_id, "region_id": known.region_id}
        | {name: pk for name, pk in place(person).items() if name.removesuffix("_id") in changes}
        | {"id": known.pk, "changes": changes}
        for known, person, changes in changed
    ]
    for (known, _person, _changes), row in zip(changed, after, strict=True):
        row["is_new_position"] = is_new_position(
            Position(known.title, known.department_id),
            Position(row["title"], row["department_id"]),
            fills_gaps=True,
        )
    _run(_CHANGE, after, common | {"verb": "person_changed"})
    _run(_BELOW, _lines(organization_id, everybody), common)


def _lines(organization_id: int, people: Iterable[Person]) -> list[dict[str, int]]:
    """Return who is below whom, as far as both are in the list now; nobody is below themselves."""
    wanted = [person for person in people if person.manager]
    if not wanted:
        return []
    ids: dict[str, int] = {}
    for pk, external_id, email in Membership.objects.filter(
        organization_id=organization_id
    ).values_list("pk", "external_id", "email"):
        ids |= {key: pk for key in (external_id, email.lower()) if key}
    lines = []
    for person in wanted:
        who = ids.get(person.member_id) or ids.get(person.email)
        manager = ids.get(person.manager) or ids.get(person.manager.lower())
        if who and manager and who != manager:
            lines.append({"id": who, "manager": manager})
    return lines


def _run(
    statement: str, rows: Sequence[dict[str, Any]], values: dict[str, Any]
) -> tuple[int, int] | None:
    """Run a statement over rows; return the first and the last entry that it wrote, if any."""
    if not rows:
        return None
    with connection.cursor() as cursor:
        # The planner takes a document for a hundred rows: a loop over many would be quadratic.
        cursor.execute("SELECT set_config('enable_nestloop', %s, true)", [_LOOP[len(rows) < 500]])
        cursor.execute(statement, values | {"rows": json.dumps(rows)})
        entries = cursor.fetchone() if cursor.description else None
        cursor.execute("SELECT set_config('enable_nestloop', 'on', true)")
    return entries


def _named(
    field: str, organization_id: int, people: Iterable[Person], *, actor: Actor, now: datetime
) -> dict[str, int]:
    """Return the departments or regions of people by name in lower case; new ones are made."""
    model, make = _PLACES[field]
    found = {
        name.lower(): pk
        for pk, name in model._default_manager.filter(organization_id=organization_id).values_list(
            "pk", "name"
        )
    }
    for person in people:
        name = person.values.get(field, "")
        if name and name.lower() not in found:
            made = make(organization_id=organization_id, name=name, actor=actor, now=now)
            if made is not None:
                found[name.lower()] = made.pk
    return found
