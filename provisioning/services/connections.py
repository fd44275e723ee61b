"""The connection to a directory: its tokens, its choices, and the log of what it asked.

A token's secret is shown once and never stored. A new one ends the others after an overlap, in
which both are valid.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.domain.roles import OrganizationRole, may_grant
from accounts.errors import DomainError
from accounts.models import Department, User
from accounts.services.history import Actor, record
from accounts.tenancy import api_key_context, organization_context
from provisioning.models import (
    DirectoryConnection,
    DirectoryGroup,
    DirectoryRequest,
    DirectoryToken,
)
from provisioning.services.following import follow_groups_of

SCHEME: Final = "hrd"
OVERLAP: Final = timedelta(hours=24)
LIFETIME: Final = timedelta(days=365)
# A token's last use is written once in this long, so that a sync does not rewrite one row.
_USE_NOTED_EVERY: Final = timedelta(minutes=1)


class RoleNotGivenToGroups(DomainError):
    """A group may not make its members what its admin could not make them, nor owners."""

    code: ClassVar[str] = "role_not_given_to_groups"
    field: ClassVar[str] = "role"


def issue_token(
    *, organization_id: int, actor: Actor, now: datetime, created_by: User | None = None
) -> tuple[DirectoryToken, str]:
    """Make a token; return the row and the whole token, which cannot be read again.

    Those that are valid end after OVERLAP, so that there are two at most.
    """
    prefix, secret = secrets.token_hex(6), secrets.token_hex(32)
    with organization_context(organization_id, user_id=actor.user_id):
        DirectoryConnection.objects.get_or_create(
            organization_id=organization_id, defaults={"created_at": now}
        )
        DirectoryConnection.objects.select_for_update().get(organization_id=organization_id)
        valid = DirectoryToken.objects.filter(revoked_at__isnull=True).filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        )
        newest = valid.first()
        if newest is not None:
            valid.exclude(pk=newest.pk).update(revoked_at=now)
            end = now + OVERLAP
            valid.filter(pk=newest.pk).filter(
                Q(expires_at__isnull=True) | Q(expires_at__gt=end)
            ).update(expires_at=end)
        token = DirectoryToken.objects.create(
            organization_id=organization_id,
            prefix=prefix,
            secret_hash=_hash(secret),
            created_by=created_by,
            created_at=now,
            expires_at=now + LIFETIME,
        )
        record(
            actor=actor,
            verb="directory_token_issued",
            subject=token,
            organization_id=organization_id,
            now=now,
        )
    return token, f"{SCHEME}_{prefix}_{secret}"


def revoke_token(
    *, organization_id: int, token_id: int, actor: Actor, now: datetime
) -> DirectoryToken:
    """Stop a token at once; twice is once. Raises DirectoryToken.DoesNotExist."""
    with organization_context(organization_id, user_id=actor.user_id):
        token = DirectoryToken.objects.select_for_update(no_key=True).get(pk=token_id)
        if token.revoked_at is None:
            token.revoked_at = now
            token.save(update_fields=["revoked_at"])
            record(
                actor=actor,
                verb="directory_token_revoked",
                subject=token,
                organization_id=organization_id,
                now=now,
            )
        return token


def find_token(*, token: str) -> DirectoryToken | None:
    """Return the token that a directory presents, also when it ended; None if it is none of ours.

    Compares in constant time. Whether it is valid is asked of it (`DirectoryToken.is_valid`).
    """
    parts = token.split("_")
    if len(parts) != 3 or parts[0] != SCHEME or not parts[1] or len(token) > 200:
        return None
    with api_key_context(parts[1]):
        found = DirectoryToken.objects.filter(prefix=parts[1]).first()
    stored = found.secret_hash if found else "0" * 64
    return found if secrets.compare_digest(stored, _hash(parts[2])) else None


def change_connection(
    *,
    organization_id: int,
    seats: str,
    member_id_from: str,
    region_from: str,
    actor: Actor,
    now: datetime,
) -> DirectoryConnection:
    """Choose what the directory decides; no change is not recorded."""
    wanted = {"seats": seats, "member_id_from": member_id_from, "region_from": region_from}
    with organization_context(organization_id, user_id=actor.user_id):
        DirectoryConnection.objects.get_or_create(
            organization_id=organization_id, defaults={"created_at": now}
        )
        connection = DirectoryConnection.objects.select_for_update().get(
            organization_id=organization_id
        )
        changes = {
            name: [getattr(connection, name), value]
            for name, value in wanted.items()
            if getattr(connection, name) != value
        }
        if changes:
            for name, value in wanted.items():
                setattr(connection, name, value)
            connection.save(update_fields=list(wanted))
            record(
                actor=actor,
                verb="directory_changed",
                subject=connection,
                organization_id=organization_id,
                now=now,
                changes=changes,
            )
        return connection


def map_group(
    *,
    organization_id: int,
    group_id: int,
    gives_seat: bool,
    department: Department | None,
    role: str,
    granter: OrganizationRole,
    actor: Actor,
    now: datetime,
) -> DirectoryGroup:
    """Choose what being in a group means; its members follow at once.

    Raises RoleNotGivenToGroups, DirectoryGroup.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        if role and (
            role == OrganizationRole.OWNER or not may_grant(granter, OrganizationRole(role))
        ):
            raise RoleNotGivenToGroups(
                _("A group cannot make its members that. Choose another role, or none.")
            )
        group = DirectoryGroup.objects.select_for_update().get(pk=group_id)
        before = {
            "gives_seat": group.gives_seat,
            "department": group.department.name if group.department else "",
            "role": group.role,
        }
        group.gives_seat, group.department, group.role = gives_seat, department, role
        after = {
            "gives_seat": gives_seat,
            "department": department.name if department else "",
            "role": role,
        }
        changes = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
        if changes:
            group.save(update_fields=["gives_seat", "department", "role"])
            record(
                actor=actor,
                verb="directory_group_mapped",
                subject=group,
                organization_id=organization_id,
                now=now,
                changes=changes,
            )
            users = list(group.members.exclude(user=None).values_list("user_id", flat=True))
            follow_groups_of(
                organization_id=organization_id,
                user_ids=[pk for pk in users if pk is not None],
                actor=actor,
                now=now,
            )
        return group


def note_request(
    *,
    token: DirectoryToken,
    method: str,
    path: str,
    about: str,
    status: int,
    code: str,
    detail: str,
    milliseconds: int,
    now: datetime,
) -> None:
    """Write a request of the directory and its answer into the log, in a transaction of its own."""
    with organization_context(token.organization_id):
        DirectoryRequest.objects.create(
            organization_id=token.organization_id,
            token_id=token.pk,
            at=now,
            method=method[:8],
            path=path[:300],
            about=about[:200],
            status=status,
            code=code[:60],
            detail=detail[:500],
            milliseconds=max(0, milliseconds),
        )
        used = token.last_used_at
        if status != 401 and (used is None or used < now - _USE_NOTED_EVERY):
            DirectoryToken.objects.filter(pk=token.pk).update(last_used_at=now)
            DirectoryConnection.objects.filter(organization_id=token.organization_id).update(
                last_request_at=now
            )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
