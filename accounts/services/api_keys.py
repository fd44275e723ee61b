"""Makes, checks and revokes API keys. The secret is shown once and never stored."""

import hashlib
import secrets
from datetime import datetime

from accounts.models import ApiKey, User
from accounts.services.history import Actor, record
from accounts.tenancy import api_key_context, organization_context

_SCHEME = "hr"


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
) -> tuple[ApiKey, str]:
    """Create a key; return the row and the full key, which cannot be read again.

    Without `organization_id` the key is vendor-wide. Runs inside the caller's tenancy context: the
    organization's own, or the staff context of scope `all` for a vendor-wide key.
    """
    prefix, secret = secrets.token_hex(6), secrets.token_hex(32)
    api_key = ApiKey.objects.create(
        organization_id=organization_id,
        name=name,
        prefix=prefix,
        secret_hash=hash_secret(secret),
        created_by=created_by,
        created_at=now,
        expires_at=expires_at,
    )
    record(
        actor=actor,
        verb="api_key_issued",
        subject=api_key,
        organization_id=organization_id,
        now=now,
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
    matches = secrets.compare_digest(stored, hash_secret(secret))
    if api_key is None or not matches or api_key.revoked_at is not None:
        return None
    if api_key.expires_at is not None and api_key.expires_at <= now:
        return None
    return api_key


def revoke_api_key(*, organization_id: int, api_key_id: int, actor: Actor, now: datetime) -> ApiKey:
    """Stop an organization's key at once; twice is once. Raises ApiKey.DoesNotExist."""
    with organization_context(organization_id, user_id=actor.user_id):
        api_key = ApiKey.objects.select_for_update(no_key=True).get(pk=api_key_id)
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
