"""What people do from messages: pressed in Slack, or by a link that is used once.

Owns: who presses, that each press and link counts once. Does not own: what an action does and
whether the person may (`integrations.actions`).
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.domain.roles import StaffScope
from accounts.errors import DomainError
from accounts.models import User
from accounts.services.history import Actor, record
from accounts.tenancy import staff_context
from integrations.actions import Pressed, read_value
from integrations.gateways.http import Unreachable, post
from integrations.models import SlackLink, UsedOnce

logger = structlog.get_logger(__name__)
_SLACK_HOST: Final = "hooks.slack.com"
_LINK_SALT: Final = "integrations.slack_link"
_LINK_LASTS: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class SlackPerson:
    """A person as Slack names them."""

    team_id: str
    user_id: str


def use_once(secret: str, now: datetime) -> bool:
    """Note that something is used; False if it was used before."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    try:
        with transaction.atomic():
            UsedOnce.objects.create(digest=digest, used_at=now)
    except IntegrityError:
        return False
    return True


def was_used(secret: str) -> bool:
    """Tell whether something was used."""
    return UsedOnce.objects.filter(digest=hashlib.sha256(secret.encode()).hexdigest()).exists()


def link_token(person: SlackPerson) -> str:
    """Return the signed part of the address that connects a person of Slack to a user."""
    return signing.dumps([person.team_id, person.user_id], salt=_LINK_SALT)


def person_of(token: str) -> SlackPerson | None:
    """Return whom a token is for; None for one that is forged or over half an hour old."""
    try:
        team_id, user_id = signing.loads(token, salt=_LINK_SALT, max_age=_LINK_LASTS)
    except (signing.BadSignature, ValueError):
        return None
    return SlackPerson(team_id, user_id)


def link_person(*, user: User, person: SlackPerson, now: datetime) -> SlackLink:
    """Connect a person of Slack to a user of the vendor; an earlier connection ends."""
    with staff_context(user_id=user.pk, scope=StaffScope.ALL):
        link, _created = SlackLink.objects.update_or_create(
            team_id=person.team_id,
            slack_user_id=person.user_id,
            defaults={"user": user, "linked_at": now},
        )
        record(
            actor=Actor.of(user),
            verb="slack_linked",
            subject=link,
            organization_id=None,
            now=now,
        )
        return link


def press(*, payload: dict[str, Any], now: datetime) -> str:
    """Do what somebody pressed in Slack; return the sentence that only they are shown."""
    pressed_action = (payload.get("actions") or [{}])[0]
    if pressed_action.get("action_id") == "open":
        return ""
    about = payload.get("user") or {}
    team = payload.get("team") or {}
    person = SlackPerson(
        str(team.get("id") or about.get("team_id") or "")[:40], str(about.get("id") or "")[:40]
    )
    if not person.team_id or not person.user_id:
        return _("Slack did not say who pressed.")
    link = (
        SlackLink.objects.select_related("user")
        .filter(team_id=person.team_id, slack_user_id=person.user_id)
        .first()
    )
    if link is None:
        address = settings.BASE_URL + reverse("slack_link", args=[link_token(person)])
        return _("Connect your account first, then press again: %(address)s") % {"address": address}
    with translation.override(link.user.language or settings.LANGUAGE_CODE):
        pressed = read_value(str(pressed_action.get("value") or ""))
        if pressed is None:
            return _("This button is too old. Open the task instead.")
        return run(pressed, user=link.user, now=now)


def run(pressed: Pressed, *, user: User, now: datetime) -> str:
    """Do an action; return the sentence that says what became of it."""
    if not user.is_active:
        return _("Your account is closed.")
    try:
        return pressed.action.run(
            user=user,
            organization_id=pressed.organization_id,
            subject=pressed.subject,
            now=now,
        )
    except DomainError as error:
        return str(error)
    except (PermissionDenied, ObjectDoesNotExist):
        return _("This is not yours to do.")


def answer(*, url: str, text: str) -> None:
    """Say something to the one person who pressed, at the address that Slack gave for it."""
    parts = urlsplit(url)
    is_slacks = parts.scheme == "https" and parts.hostname == _SLACK_HOST
    if not is_slacks and not settings.INTEGRATIONS_ALLOW_PRIVATE:
        return
    body = json.dumps({"response_type": "ephemeral", "replace_original": False, "text": text})
    try:
        post(url, body.encode(), {}, allow_private=settings.INTEGRATIONS_ALLOW_PRIVATE)
    except Unreachable:
        logger.warning("slack_not_answered", exc_info=True)
