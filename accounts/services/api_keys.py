"""Makes, checks and revokes API keys. The secret is shown once and never stored."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.domain.scopes import EVERYTHING, missing_scopes, unknown_scopes
from accounts.errors import DomainError
from accounts.models import ApiKey, User
from accounts.services.history import Actor, record
from accounts.tenancy import api_key_context, key_context

_SCHEME = "hr"
# How exactly the page tells when a key was used last.
_USE_NOTED_EVERY = timedelta(minutes=1)
LONGEST_OVERLAP = timedelta(days=7)


class KeyGivesMore(DomainError):
    """A key would hand out a secret that may do more, or works longer, than itself."""

    code: ClassVar[str] = "key_gives_more"
    status: ClassVar[int] = 403


def require_within(*, maker: ApiKey, scopes: Sequence[str], expires_at: datetime | None) -> None:
    """Raise KeyGivesMore unless `maker` may do all of `scopes`, and works as long."""
    if lacking := missing_scopes(maker.scopes, scopes):
        raise KeyGivesMore(
            _("This key lacks %(scopes)s itself. Use a key that has it, or choose fewer scopes.")
            % {"scopes": ", ".join(lacking)}
        )
    if maker.expires_at is not None and (expires_at is None or expires_at > maker.expires_at):
        raise KeyGivesMore(
            _("This key ends on %(day)s. Choose an end that is not later.")
            % {"day": maker.expires_at.date().isoformat()}
        )


def hash_secret(secret: str) -> str:
    """Return the stored form of a key's secret part."""
    return hashlib.sha256(secret.encode()).hexdigest()


def split_key(key: str) -> tuple[str, str] | None:
    """Return the prefix and the secret of `hr_<prefix>_<secret>`, or None if it is no key."""
    parts = key.split("_")
    if len(parts) != 3 or parts[0] != _SCHEME or not parts[1] or not parts[2] or len(key) > 200:
        return None
    return parts[1], parts[2]


def issue_api_key(
    *,
    name: str,
    actor: Actor,
    now: datetime,
    organization_id: int | None = None,
    created_by: User | None = None,
    expires_at: datetime | None = None,
    scopes: Sequence[str] = (EVERYTHING,),
) -> tuple[ApiKey, str]:
    """Create a key; return the row and the full key, which cannot be read again.

    Without `organization_id` the key is vendor-wide. Runs inside the caller's tenancy context: the
    organization's own, or the staff context of scope `all` for a vendor-wide key.
    """
    if wrong := unknown_scopes(scopes):
        raise ValueError(f"no scopes: {wrong}")
    prefix, secret = secrets.token_hex(6), secrets.token_hex(32)
    api_key = ApiKey.objects.create(
        organization_id=organization_id,
        name=name,
        prefix=prefix,
        secret_hash=hash_secret(secret),
        created_by=created_by,
        created_at=now,
        expires_at=expires_at,
        scopes=sorted(scopes),
    )
    record(
        actor=actor,
        verb="api_key_issued",
        subject=api_key,
        organization_id=organization_id,
        now=now,
        changes={"scopes": ", ".join(api_key.scopes)},
    )
    return api_key, f"{_SCHEME}_{prefix}_{secret}"


def find_api_key(*, key: str, now: datetime) -> ApiKey | None:
    """Return the live key that the caller presents, or None. Compares in constant time."""
    parts = split_key(key)
    if parts is None:
        return None
    prefix, secret = parts
    with api_key_context(prefix):
        api_key = ApiKey.objects.filter(prefix=prefix).first()
    stored = api_key.secret_hash if api_key else "0" * 64
    before = api_key.previous_secret_hash if api_key else ""
    until = api_key.previous_secret_until if api_key else None
    given = hash_secret(secret)
    matches = secrets.compare_digest(stored, given)
    matches_before = secrets.compare_digest(before, given) and until is not None and until > now
    if api_key is None or api_key.revoked_at is not None or not (matches or matches_before):
        return None
    if api_key.expires_at is not None and api_key.expires_at <= now:
        return None
    return api_key


def note_use(*, api_key: ApiKey, now: datetime) -> None:
    """Write down that the key is in use, once a minute at most."""
    before = now - _USE_NOTED_EVERY
    if api_key.last_used_at is not None and api_key.last_used_at > before:
        return
    with key_context(api_key.organization_id):
        # Another request may have noted it meanwhile; the condition spares a second write.
        ApiKey.objects.filter(pk=api_key.pk).exclude(last_used_at__gt=before).update(
            last_used_at=now
        )


def rotate_api_key(
    *,
    api_key_id: int,
    organization_id: int | None,
    overlap: timedelta,
    actor: Actor,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Give a live key another secret; the one before goes on working for `overlap`.

    Name, scopes, expiry and limits stay. A secret that was still in its overlap ends at once.
    Returns the row and the full key. Raises ApiKey.DoesNotExist for one that is not live.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise ValueError("the overlap is too long")
    secret = secrets.token_hex(32)
    with key_context(organization_id):
        api_key = (
            ApiKey.objects.of(organization_id)
            .select_for_update(no_key=True)
            .get(pk=api_key_id, revoked_at__isnull=True)
        )
        api_key.previous_secret_hash = api_key.secret_hash
        api_key.previous_secret_until = now + overlap
        api_key.secret_hash = hash_secret(secret)
        api_key.save(update_fields=["previous_secret_hash", "previous_secret_until", "secret_hash"])
        record(
            actor=actor,
            verb="api_key_rotated",
            subject=api_key,
            organization_id=organization_id,
            now=now,
            changes={"old_secret_until": api_key.previous_secret_until.isoformat()},
        )
        return api_key, f"{_SCHEME}_{api_key.prefix}_{secret}"


def revoke_api_key(
    *, organization_id: int | None, api_key_id: int, actor: Actor, now: datetime
) -> ApiKey:
    """Stop a key of an organization, or a vendor-wide one, at once; twice is once.

    Raises ApiKey.DoesNotExist.
    """
    with key_context(organization_id):
        api_key = (
            ApiKey.objects.of(organization_id).select_for_update(no_key=True).get(pk=api_key_id)
        )
        if api_key.revoked_at is None:
            api_key.revoked_at = now
            api_key.save(update_fields=["revoked_at"])
            record(
                actor=actor,
                verb="api_key_revoked",
                subject=api_key,
                organization_id=organization_id,
                now=now,
            )
        return api_key
