"""Ends sessions that a connection began or opened: when it ends, or when the provider says so.

A whole session ends, also one that a password began: its person signs in again and loses nothing.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from importlib import import_module
from typing import Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import transaction

from accounts.models import Membership
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from sso.domain.doors import Marks
from sso.models import SsoConnection, SsoIdentity

# What a session keeps (`sso.views.flow` writes it): marks, and the provider's own name of it.
MARKS: Final = "sso"
NAMES: Final = "sso_names"


def end_sessions_of(connection: SsoConnection, *, kept_key: str = "", now: datetime) -> int:
    """End what people opened through a connection, but `kept_key`; return how many sessions.

    Runs in the transaction that turns it off, changes its provider or forgets it.
    """
    users = SsoIdentity.objects.filter(connection=connection).values_list(
        "membership__user_id", flat=True
    )
    return _end(connection.organization_id, set(users), kept_key=kept_key, now=now)


def end_sessions_by_provider(
    *, connection: SsoConnection, subject: str, name: str, now: datetime
) -> int:
    """End the sessions of somebody who signed out at the provider; return how many.

    `name` is the provider's of one session; "" means all of the person's. Who is not known, or is
    not signed in, is signed out already.
    """
    organization_id = connection.organization_id
    with organization_context(organization_id):
        identity = (
            SsoIdentity.objects.filter(connection=connection, subject=subject)
            .select_related("membership")
            .first()
        )
        if identity is None:
            return 0
        ended = _end(organization_id, {identity.membership.user_id}, name=name, now=now)
        if ended:
            _record(identity.membership, connection, now=now)
        return ended


def _record(membership: Membership, connection: SsoConnection, *, now: datetime) -> None:
    record(
        actor=Actor(label=connection.name),
        verb="sso_signed_out",
        subject=membership,
        organization_id=connection.organization_id,
        now=now,
        changes={"connection": connection.name},
    )


def _end(
    organization_id: int,
    user_ids: Collection[int | None],
    *,
    name: str = "",
    kept_key: str = "",
    now: datetime,
) -> int:
    keys = (
        UserSession.objects.filter(user_id__in=[pk for pk in user_ids if pk])
        .exclude(session_key=kept_key)
        .values_list("session_key", flat=True)
    )
    ended = [
        session.session_key
        for session in Session.objects.filter(pk__in=list(keys), expire_date__gt=now)
        if _is_opened_by(session, organization_id, name)
    ]
    _forget(ended)
    # Whoever reads a session meanwhile puts it into the cache again.
    transaction.on_commit(lambda: _forget_cached(ended))
    return len(ended)


def _is_opened_by(session: Session, organization_id: int, name: str) -> bool:
    kept = session.get_decoded()
    if organization_id not in Marks.read(kept.get(MARKS)).opened:
        return False
    known = kept.get(NAMES, {}).get(str(organization_id), "")
    return not (name and known) or name == known


def _forget(keys: Collection[str]) -> None:
    UserSession.objects.filter(session_key__in=keys).delete()
    Session.objects.filter(pk__in=keys).delete()
    _forget_cached(keys)


def _forget_cached(keys: Iterable[str]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    caches[settings.SESSION_CACHE_ALIAS].delete_many([store.cache_key_prefix + key for key in keys])
