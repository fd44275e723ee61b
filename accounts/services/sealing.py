"""Seals the history and walks along the chain: `accounts.domain.chain` says what it proves.

Sealing runs behind the writers, as the pipeline, so that recording a change costs no statement and
waits for nobody. What is committed late is sealed late; what appears with a time before the last
seal, long after it, was put in afterwards, and the check names it.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from accounts.domain.chain import START, Facts, Labels, labels_digest, link
from accounts.models import HistoryCheck, HistoryEntry, HistorySeal

_AT_ONCE: Final = 5_000
_LOCK: Final = 7_301_992
# No transaction is open for so long: an entry that is that late was not late.
LATEST: Final = timedelta(hours=6)

_UNSEALED: Final = """
SELECT e.id FROM accounts_historyentry e
WHERE NOT EXISTS (SELECT 1 FROM accounts_historyseal s WHERE s.entry_id = e.id)
ORDER BY e.organization_id NULLS FIRST, e.id LIMIT %s
"""
_HEADS: Final = """
SELECT DISTINCT ON (organization_id) organization_id, position, digest
FROM accounts_historyseal WHERE organization_id = ANY(%s) OR (organization_id IS NULL AND %s)
ORDER BY organization_id, position DESC
"""


def keys() -> list[bytes]:
    """Return the keys of the digests, the one in use first; earlier ones still verify."""
    found = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [sha256(b"history chain" + str(key).encode()).digest() for key in found]


def seal_history(*, now: datetime) -> int:
    """Seal what is not sealed yet; returns how many entries. One worker at a time does it."""
    sealed = 0
    while batch := _seal_some(now):
        sealed += batch
    return sealed


def wait_for_sealing(cursor: CursorWrapper) -> None:
    """Keep sealing away until the transaction ends: who replaces words also empties their salts."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _seal_some(now: datetime) -> int:
    with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_UNSEALED, [_AT_ONCE])
        ids = [row[0] for row in cursor.fetchall()]
        entries = HistoryEntry.objects.using("pipeline").filter(pk__in=ids)
        ordered = list(entries.order_by("organization_id", "pk"))
        organizations = {entry.organization_id for entry in ordered}
        known = [pk for pk in organizations if pk is not None]
        cursor.execute(_HEADS, [known, None in organizations])
        heads = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
        key, seals = keys()[0], []
        for entry in ordered:
            position, before = heads.get(entry.organization_id, (0, START))
            salt = secrets.token_hex(16)
            labels = labels_digest(_labels(entry), salt=salt, key=key)
            digest = link(before, _facts(entry), labels, key=key)
            heads[entry.organization_id] = (position + 1, digest)
            seals.append(
                HistorySeal(
                    organization_id=entry.organization_id,
                    entry_id=entry.pk,
                    position=position + 1,
                    salt=salt,
                    labels_digest=labels,
                    digest=digest,
                    sealed_at=now,
                )
            )
        HistorySeal.objects.using("pipeline").bulk_create(seals, batch_size=1000)
        return len(seals)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along one chain found; `problems` is empty when it held.

    `erased` counts the entries whose words were replaced when a person was deleted: their facts
    are proven, their words are not any more.
    """

    organization_id: int | None
    entries: int
    head: str
    sealed_until: datetime | None
    problems: tuple[str, ...]
    erased: int = 0


_MOST_PROBLEMS: Final = 20


def verify_history(*, organization_id: int | None) -> Verdict:
    """Walk along the chain of one organization (None: the vendor's own), entry by entry.

    Names entries that were altered, deleted, put in afterwards, and links that do not fit.
    """
    problems: list[str] = []
    before, position, until, erased = START, 0, None, 0
    for seal, entry in _links(organization_id):
        position += 1
        until = seal.sealed_at
        erased += not seal.salt
        if seal.position != position:
            problems.append(f"seal {position}: missing")
            position = seal.position
        if entry is None:
            problems.append(f"entry {seal.entry_id}: deleted")
        elif not _fits(before, seal, entry) and not _fits_now(before, seal, entry):
            problems.append(f"entry {seal.entry_id}: altered")
        before = seal.digest
        if len(problems) >= _MOST_PROBLEMS:
            break
    problems += [f"entry {pk}: put in afterwards" for pk in _put_in(organization_id)]
    found = tuple(problems[:_MOST_PROBLEMS])
    return Verdict(organization_id, position, before, until, found, erased)


def check_histories(*, now: datetime) -> list[Verdict]:
    """Verify every chain and keep what was found for the pages; returns those that do not hold."""
    with connections["pipeline"].cursor() as cursor:
        cursor.execute("SELECT DISTINCT organization_id FROM accounts_historyseal")
        organizations = [row[0] for row in cursor.fetchall()]
    broken = []
    for organization_id in organizations:
        verdict = verify_history(organization_id=organization_id)
        kept = HistoryCheck.objects.using("pipeline").filter(_of(organization_id))
        found: dict[str, Any] = {
            "checked_at": now,
            "sealed_until": verdict.sealed_until,
            "entries": verdict.entries,
            "head": verdict.head,
            "problem": "\n".join(verdict.problems),
        }
        if not kept.update(**found):
            HistoryCheck.objects.using("pipeline").create(organization_id=organization_id, **found)
        if verdict.problems:
            broken.append(verdict)
            structlog.get_logger(__name__).error(
                "history_does_not_hold",
                organization_id=organization_id,
                problems=verdict.problems,
            )
    return broken


def _of(organization_id: int | None) -> Q:
    if organization_id is None:
        return Q(organization__isnull=True)
    return Q(organization_id=organization_id)


def _links(organization_id: int | None) -> Iterator[tuple[HistorySeal, HistoryEntry | None]]:
    seals = HistorySeal.objects.using("pipeline").filter(_of(organization_id))
    position = 0
    while batch := list(seals.filter(position__gt=position).order_by("position")[:_AT_ONCE]):
        entries = HistoryEntry.objects.using("pipeline").in_bulk([s.entry_id for s in batch])
        for seal in batch:
            yield seal, entries.get(seal.entry_id)
        position = batch[-1].position


def _fits(before: str, seal: HistorySeal, entry: HistoryEntry) -> bool:
    for key in keys():
        if link(before, _facts(entry), seal.labels_digest, key=key) == seal.digest:
            labels = labels_digest(_labels(entry), salt=seal.salt, key=key)
            return not seal.salt or labels == seal.labels_digest
    return False


def _fits_now(before: str, seal: HistorySeal, entry: HistoryEntry) -> bool:
    """Look again: a person may have been deleted between the reading of the seal and the entry."""
    seal.refresh_from_db(using="pipeline")
    entry.refresh_from_db(using="pipeline")
    return _fits(before, seal, entry)


_PUT_IN: Final = """
SELECT e.id FROM accounts_historyentry e
LEFT JOIN accounts_historyseal s ON s.entry_id = e.id
WHERE e.organization_id IS NOT DISTINCT FROM %s AND s.id IS NULL AND e.at < (
    SELECT max(sealed_at) FROM accounts_historyseal
    WHERE organization_id IS NOT DISTINCT FROM %s
) - make_interval(secs => %s)
ORDER BY e.id LIMIT %s
"""


def _put_in(organization_id: int | None) -> list[int]:
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(
            _PUT_IN, [organization_id, organization_id, LATEST.total_seconds(), _MOST_PROBLEMS]
        )
        return [row[0] for row in cursor.fetchall()]


def _facts(entry: HistoryEntry) -> Facts:
    return Facts(
        id=entry.pk,
        organization_id=entry.organization_id,
        at=entry.at,
        actor_id=entry.actor_id,
        verb=entry.verb,
        object_type=entry.object_type,
        object_id=entry.object_id,
    )


def _labels(entry: HistoryEntry) -> Labels:
    return Labels(entry.actor_label, entry.object_label, entry.changes, entry.origin)
