"""One client, one memory of entitlements and one sender for the process, made when first used."""

import logging
import sqlite3
from functools import cache
from typing import Any

from headroom_client import Client, Entitlements, Spool, SpoolFull, UsageSender
from headroom_django.conf import Subject, conf

log = logging.getLogger("headroom_django")


@cache
def client() -> Client:
    """Return the client. A request may wait for it as long as TIMEOUT says, and not longer."""
    return Client(conf().url, conf().api_key, timeout=conf().timeout)


@cache
def entitlements() -> Entitlements:
    """Return who may come in."""
    return Entitlements(client(), conf().policy)


@cache
def sender() -> UsageSender:
    """Return the sender, whose thread has a client of its own with more patience."""
    spool = Spool(conf().spool, limit=conf().spool_limit, when_full=conf().when_full)
    return UsageSender(Client(conf().url, conf().api_key), spool)


def track(subject: Subject, feature: str | None = None, **more: Any) -> None:
    """Keep an event to be sent. A full or broken spool is logged; it never breaks a page."""
    try:
        sender().track(
            member=subject.member, organization=subject.organization, feature=feature, **more
        )
    except (SpoolFull, sqlite3.Error, OSError):
        log.exception("Usage was not kept")


def begin_anew() -> None:
    """Forget the configuration and end what was made of it; for tests that change settings."""
    if sender.cache_info().currsize:
        sender().close()
    if entitlements.cache_info().currsize:
        entitlements().close()
    for made in (conf, client, entitlements, sender):
        made.cache_clear()
