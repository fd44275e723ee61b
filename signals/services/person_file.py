"""Everything that is known of one person in an organization, and of their sign-in, as one ZIP.

Three kinds of rows: what is kept about the person (whole), what the person decided or asked for
(when, what and their own words; nobody else's name), and the history of both. Secrets, and what
only serves to check a secret, are never handed out. Usage is read by `person_data`.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any, Final, cast

from django.apps import apps
from django.db import models
from django.db.models import Q

from accounts.models import HistoryEntry, Membership, Organization, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context, user_context
from integrations.models import Delivery, OutgoingEvent
from provisioning.models import DirectoryGroupMember
from signals.services.person_data import COUNTED, export_person

# What a column is called when its row is about the person, not done by them.
_ABOUT: Final = frozenset({"membership", "member", "user", "recipient"})
# The person's own words in what they did.
_WORDS: Final = frozenset({"text", "reason", "name", "note", "query", "justification"})
_WRITTEN_BY: Final = frozenset(
    {"author", "owner", "requester", "created_by", "planned_by", "recorded_by", "approver"}
)
# A part of a column's name that says: not to be handed out.
_SECRET: Final = (
    *("secret", "hash", "token", "_key", "digest", "salt", "password", "challenge"),
    *("traceparent", "certificate", "search"),
)
# Says what the person did in the product, though it is no usage itself.
_TELLS_USAGE: Final = frozenset(
    {"seats.MemberSummary", "seats.SeatRefusal", "trueups.PersonEvidence", "seats.AccessMeasure"}
)
# Read in other ways below, or no business of the organization.
_APART: Final = frozenset({"accounts.HistoryEntry", "accounts.StaffAccess", "accounts.Membership"})
_ACCOUNT: Final = (
    *("account.EmailAddress", "identity.KnownBrowser", "integrations.SlackLink"),
    *("mfa.Authenticator", "usersessions.UserSession", "signals.NoticeChoice"),
    "signals.NoticeTiming",
)

type Rows = list[dict[str, Any]]


def own_file(*, user: User, now: datetime) -> IO[bytes]:
    """Return the ZIP of what is known of a user: their sign-in, and each of their organizations.

    The history of each organization says that they took it.
    """
    with user_context(user.pk):
        memberships = list(
            Membership.objects.filter(user=user, state=Membership.State.ACTIVE).select_related(
                "organization"
            )
        )
    actor = Actor.of(user)
    parts = {"account.json": account_of(user)}
    for person in memberships:
        parts |= _parts(person, actor=actor, now=now)
    return _zipped(parts)


def person_file(
    *,
    organization_id: int,
    membership_id: int,
    actor: Actor,
    now: datetime,
    with_usage: bool = True,
) -> IO[bytes]:
    """Return the ZIP of what an organization knows of one of its people.

    Their sign-in is theirs alone and not in it. Without usage nothing is in it that says what the
    person did in the product. Who took it stands in the history. Raises Membership.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        person = Membership.objects.select_related("organization").get(pk=membership_id)
    return _zipped(_parts(person, actor=actor, now=now, with_usage=with_usage))


def known_of_person(person: Membership, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return everything that the file of an owner holds, by file: for the command line."""
    with organization_context(person.organization_id):
        person = Membership.objects.select_related("organization").get(pk=person.pk)
    return _parts(person, actor=actor, now=now)


def account_of(user: User) -> dict[str, Any]:
    """Return the sign-in of a user: addresses, sessions, browsers, factors without their secrets.

    Also what they chose about notifications.
    """
    found: dict[str, Any] = {
        "user": {
            "email": user.email,
            "name": user.name,
            "language": user.language,
            "time_zone": user.time_zone,
            "created_at": user.created_at,
            "last_login": user.last_login,
        }
    }
    with user_context(user.pk):
        for label in _ACCOUNT:
            model = apps.get_model(label)
            found[label] = _rows(model.objects.filter(user=user), whole=True)
    return found


def _parts(
    person: Membership, *, actor: Actor, now: datetime, with_usage: bool = True
) -> dict[str, dict[str, Any]]:
    """Return what is known of a person by the file's name inside the ZIP."""
    organization: Organization = person.organization
    # First, for it records that the person was handed out; the history below includes that.
    usage = export_person(
        organization_id=organization.pk, membership_id=person.pk, actor=actor, now=now
    )
    left_out = frozenset() if with_usage else _TELLS_USAGE
    with organization_context(organization.pk, user_id=actor.user_id):
        person = Membership.objects.select_related(
            "organization", "custom_role", "department", "region"
        ).get(pk=person.pk)
        known = {
            "membership": _membership(person),
            "about": {
                label: rows for label, rows in _about(person).items() if label not in left_out
            },
            "done": _done(person),
            "directory_groups": list(
                DirectoryGroupMember.objects.filter(user__membership=person).values_list(
                    "group__display_name", flat=True
                )
            ),
            "events": _events(person),
            "history": _history(person),
        }
    files = {f"{organization.slug}/person.json": known}
    return files | ({f"{organization.slug}/usage.json": usage} if with_usage else {})


def _membership(person: Membership) -> dict[str, Any]:
    facts = ("external_id", "name", "email", "title", "state", "kind")
    return {name: getattr(person, name) for name in facts} | {
        "organization": person.organization.name,
        "role": person.role_name,
        "department": str(person.department or ""),
        "region": str(person.region or ""),
        "has_manager": person.manager_id is not None,
        "created_at": person.created_at,
        "deactivated_at": person.deactivated_at,
    }


def person_columns() -> Iterator[tuple[type[models.Model], str, bool]]:
    """Yield each column that points to a person: model, column, and whether it is about them.

    Of the models that belong to an organization and are not read apart.
    """
    for model in apps.get_models():
        if model._meta.label in _APART or model._meta.db_table in COUNTED:
            continue
        names = {field.name for field in model._meta.concrete_fields}
        if "organization" not in names:
            continue
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model in (User, Membership):
                yield model, field.name, field.name in _ABOUT


def _about(person: Membership) -> dict[str, Rows]:
    return _collected(person, about=True)


def _done(person: Membership) -> dict[str, Rows]:
    return _collected(person, about=False)


def _collected(person: Membership, *, about: bool) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for model, column, is_about in person_columns():
        if is_about is not about:
            continue
        points_to = model._meta.get_field(column).related_model
        whom = person.pk if points_to is Membership else person.user_id
        if whom is None:
            continue
        rows = model._default_manager.filter(
            **{f"{column}_id": whom, "organization_id": person.organization_id}
        )
        found[model._meta.label if about else f"{model._meta.label}.{column}"] = _rows(
            rows, whole=about, words=column in _WRITTEN_BY
        )
    return {label: rows for label, rows in found.items() if rows}


def _rows(rows: models.QuerySet[Any], *, whole: bool, words: bool = False) -> Rows:
    """Return the columns that are handed out of `rows`.

    `whole` for rows about the person; otherwise times, numbers, choices, and `words` of theirs.
    """
    names = [
        field.attname
        for field in rows.model._meta.concrete_fields
        if not is_secret(field)
        and not field.is_relation
        and (_is_plain(field) or whole or (words and field.name in _WORDS))
    ]
    return cast(Rows, list(rows.order_by("pk").values(*names)))


def is_secret(field: "models.Field[Any, Any]") -> bool:
    """Tell whether a column is never handed out: keys, files of others, names of others."""
    return (
        field.primary_key
        or isinstance(field, models.BinaryField)
        or field.name == "data"  # what a factor or a session keeps: secrets among it
        or field.name.endswith("_label")
        or any(part in field.name for part in _SECRET)
    )


def _is_plain(field: "models.Field[Any, Any]") -> bool:
    plain = (models.DateField, models.IntegerField, models.BooleanField)
    return isinstance(field, plain) or bool(field.choices)


def _events(person: Membership) -> dict[str, Rows]:
    """What other systems were told of the person, and by which endpoints' deliveries."""
    if not person.external_id:
        return {}
    names = {
        "organization_id": person.organization_id,
        "payload__data__member": person.external_id,
    }
    told = OutgoingEvent.objects.filter(**names, is_vendor_only=False).order_by("pk")
    sent = Delivery.objects.filter(**names, endpoint__organization_id=person.organization_id)
    return {
        "told": cast(Rows, list(told.values("type", "created_at", "payload__data"))),
        "delivered": cast(
            Rows,
            list(
                sent.order_by("pk").values(
                    "type", "state", "created_at", "delivered_at", "endpoint__name"
                )
            ),
        ),
    }


def _history(person: Membership) -> dict[str, Rows]:
    """What was changed about the person, and what they changed; not who else had a part in it."""
    subject = Q(object_type="membership", object_id=str(person.pk))
    entries = HistoryEntry.objects.filter(organization_id=person.organization_id).order_by("pk")
    found: dict[str, Any] = {
        "changed_about_them": list(entries.filter(subject).values("at", "verb", "changes"))
    }
    if person.user_id is not None:
        done = entries.filter(actor_id=person.user_id)
        found["changed_by_them"] = list(done.values("at", "verb", "object_type", "origin"))
    return found


def _zipped(parts: dict[str, dict[str, Any]]) -> IO[bytes]:
    """Return a file, at its start, that deletes itself when it is closed."""
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, known in parts.items():
            with archive.open(name, "w") as part:
                for piece in _encoded(known):
                    part.write(piece)
    file.seek(0)
    return file


def _encoded(known: dict[str, Any]) -> Iterable[bytes]:
    encoder = json.JSONEncoder(indent=2, default=str, ensure_ascii=False)
    return (piece.encode() for piece in encoder.iterencode(known))
