"""Requests of the API that happen once: claimed, done, and answered again from what was stored.

1. `claim_request` writes down key and fingerprint and commits: whoever comes meanwhile is told so.
2. The effect happens. Where it is one transaction, `keep_answer` is part of it: the effect and its
   answer are there together or not at all.
3. `give_back` frees the key of a request that was refused, so that it may be sent again.

A process that dies leaves a claim that lapses. Whoever comes then takes it over: nothing had
happened (the transaction was undone), or the service knows the key itself (a purchase does). A
process that was only slow finds its claim taken and undoes what it did.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import ApiKey, IdempotentRequest
from accounts.tenancy import key_context

# Longer than any request takes that still has somebody waiting for it.
CLAIM_LASTS = timedelta(seconds=90)
KEPT_FOR = timedelta(hours=48)


class RequestUnderWay(DomainError):
    """The first request with this key has not been answered yet."""

    code: ClassVar[str] = "request_under_way"


class KeyOfAnotherRequest(DomainError):
    """The key was sent before, with another request."""

    code: ClassVar[str] = "idempotency_key_reused"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "Idempotency-Key"


class ClaimLost(DomainError):
    """This process was so slow that another took the request over."""

    code: ClassVar[str] = "request_under_way"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do a request."""

    api_key: ApiKey
    request_id: int
    token: UUID


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What a request was answered."""

    status: int
    body: bytes
    headers: dict[str, str]


def fingerprint_of(*, method: str, path: str, body: bytes) -> str:
    """Return by what a request is known again: SHA-256 over method, path with query, and body."""
    digest = hashlib.sha256()
    for part in (method.encode(), path.encode(), body):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def claim_request(
    *, api_key: ApiKey, key: str, fingerprint: str, now: datetime
) -> Claim | StoredAnswer:
    """Return the right to do the request, or the answer it had.

    Raises RequestUnderWay and KeyOfAnotherRequest. Commits when called outside of a transaction.
    """
    token = uuid4()
    with key_context(api_key.organization_id), transaction.atomic():
        IdempotentRequest.objects.bulk_create(
            [
                IdempotentRequest(
                    organization_id=api_key.organization_id,
                    key=key,
                    api_key=api_key,
                    fingerprint=fingerprint,
                    claim=token,
                    claimed_until=now + CLAIM_LASTS,
                    created_at=now,
                )
            ],
            ignore_conflicts=True,
        )
        row = IdempotentRequest.objects.select_for_update(no_key=True).get(
            _of(api_key.organization_id), key=key
        )
        if row.fingerprint != fingerprint:
            raise KeyOfAnotherRequest(
                _("This Idempotency-Key was sent with another request. Choose a new one.")
            )
        if row.status is not None:
            return StoredAnswer(row.status, bytes(row.body), row.headers)
        if row.claim != token:
            if row.claimed_until > now:
                raise RequestUnderWay(
                    _("The first request with this Idempotency-Key is not answered yet.")
                )
            row.claim, row.claimed_until = token, now + CLAIM_LASTS
            row.save(update_fields=["claim", "claimed_until"])
        return Claim(api_key, row.pk, token)


def _of(organization_id: int | None) -> Q:
    if organization_id is None:
        return Q(organization__isnull=True)
    return Q(organization_id=organization_id)


def keep_answer(*, claim: Claim, answer: StoredAnswer, now: datetime) -> None:
    """Store the answer. Raises ClaimLost: then the effect must be undone."""
    with key_context(claim.api_key.organization_id):
        kept = IdempotentRequest.objects.filter(
            pk=claim.request_id, claim=claim.token, status__isnull=True
        ).update(status=answer.status, body=answer.body, headers=answer.headers, answered_at=now)
        if not kept:
            raise ClaimLost(_("The first request with this Idempotency-Key is not answered yet."))


def give_back(*, claim: Claim, keeps_key: bool, now: datetime) -> None:
    """Free the claim; with `keeps_key` the key goes on belonging to this very request."""
    with key_context(claim.api_key.organization_id):
        own = IdempotentRequest.objects.filter(
            pk=claim.request_id, claim=claim.token, status__isnull=True
        )
        if keeps_key:
            own.update(claimed_until=now)
        else:
            own.delete()


def forget_requests(*, now: datetime) -> int:
    """Delete what is older than `KEPT_FOR`, of all organizations; return how many."""
    old = IdempotentRequest.objects.using("pipeline").filter(created_at__lt=now - KEPT_FOR)
    return old.delete()[0]
