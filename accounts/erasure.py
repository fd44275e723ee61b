"""Where each app says what becomes of its rows when a person is deleted.

By itself an app has nothing to say: in every table of an organization the words for the person are
replaced, and pointers to their sign-in point to a stand-in. What goes as a whole, what is about the
sign-in alone, and what stays as it is (with the reason) stands in the app's `erasing.py`;
`signals.services.person_erasure` does it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.apps import apps
from django.db import models

from accounts.models import Membership, User


@dataclass(frozen=True, slots=True)
class Leaving:
    """The person who is deleted; `user_id` is empty for somebody who never signed in."""

    organization_id: int
    membership_id: int
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Erasing:
    """What becomes of an app's rows of a person.

    `gone`: models whose rows about the person are deleted, with the column that points to them.
    `account`: the same of rows that belong to the sign-in, deleted once nobody else needs it.
    `kept`: models, or single columns, that are left as they are, each with the reason.
    `also` runs with `gone` inside the organization's context and returns how many rows went.
    """

    app: str
    gone: Mapping[str, str] = field(default_factory=dict)
    account: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    also: Callable[[Leaving], int] | None = None


ERASINGS: Final[dict[str, Erasing]] = {}


def add(erasing: Erasing) -> None:
    """Take what an app says; registering it twice counts once."""
    ERASINGS[erasing.app] = erasing


def kept() -> dict[str, str]:
    """Return everything that is left as it is, with the reason."""
    return {name: why for erasing in ERASINGS.values() for name, why in erasing.kept.items()}


# What says what a row is, never who: replacing a word here would break the row.
_TOKENS: Final = frozenset(
    {"verb", "object_type", "object_id", "type", "kind", "code", "currency", "key", "subject_type"}
    | {"dedupe_key", "idempotency_key", "prefix", "salt", "time_zone", "language", "country"}
    | {"traceparent", "content_type", "challenge", "certificates", "client_secret"}
)
_TOKEN_ENDS: Final = ("_digest", "digest", "_hash", "fingerprint", "sha256")
_HOLD_IDS: Final = frozenset({"external_id", "member", "about", "user_name", "user_name_key"})


@dataclass(frozen=True, slots=True)
class Worded:
    """The columns of one table in which words for a person may stand."""

    table: str
    texts: tuple[str, ...]
    ids: tuple[str, ...]
    documents: tuple[str, ...]


def worded_tables() -> Iterator[Worded]:
    """Yield each table of organizations with columns of words, but for what is kept.

    The history has its own way (its seals), and so have the person's entry and their events.
    """
    left = kept()
    for model in tables_of_organizations():
        label = model._meta.label
        if label in left:
            continue
        words = [
            each
            for each in model._meta.concrete_fields
            if _may_hold_words(each) and f"{label}.{each.name}" not in left
        ]
        documents = {f.attname for f in words if isinstance(f, models.JSONField)}
        ids = {f.attname for f in words if f.name in _HOLD_IDS}
        worded = Worded(
            table=model._meta.db_table,
            texts=tuple(f.attname for f in words if f.attname not in documents | ids),
            ids=tuple(sorted(ids - documents)),
            documents=tuple(sorted(documents)),
        )
        if words:
            yield worded


def pointers() -> Iterator[tuple[type[models.Model], str]]:
    """Yield each column of a table of organizations that points to a sign-in.

    Not the history's actor: it is sealed and stays, as a number.
    """
    for model in tables_of_organizations():
        for each in model._meta.concrete_fields:
            if each.is_relation and each.related_model is User:
                yield model, each.attname


def tables_of_organizations() -> Iterator[type[models.Model]]:
    """Yield the models of organizations that are worked through by themselves."""
    for model in apps.get_models():
        names = {each.name for each in model._meta.concrete_fields}
        if "organization" in names and model._meta.label not in _APART:
            yield model


# The words that people are found by follow their entry by triggers.
_APART: Final = frozenset(
    {Membership._meta.label, "accounts.HistoryEntry", "accounts.HistorySeal"}
    | {"accounts.MembershipWord"}
)


def _may_hold_words(column: "models.Field[object, object]") -> bool:
    return (
        isinstance(column, models.CharField | models.TextField | models.JSONField)
        and not column.choices
        and column.name not in _TOKENS
        and not column.name.endswith(_TOKEN_ENDS)
        and not column.name.startswith("stripe_")
        and not column.primary_key
    )
