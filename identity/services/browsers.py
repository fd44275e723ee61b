"""Knows the browsers that people sign in from, and tells them of one not seen before."""

import hashlib
import secrets
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from identity.models import KnownBrowser
from identity.words import browser_in_words

BROWSER_COOKIE: Final = f"{settings.COOKIE_PREFIX}browser"
BROWSER_COOKIE_AGE: Final = 365 * 24 * 3600
# A person's browsers beyond these are forgotten, the one unused for longest first.
_MOST_BROWSERS: Final = 50


@transaction.atomic
def greet_browser(
    *, user: User, token: str, user_agent: str, address: str, now: datetime
) -> str | None:
    """Note a sign-in; mail the person if the browser is new to them and not their first.

    `token` is what the browser's cookie says. Return a new token for a browser that has none.
    """
    known = KnownBrowser.objects.filter(user=user)
    if token and known.filter(token_hash=_hash(token)).update(last_seen_at=now):
        return None
    # Two sign-ins at once: whoever comes second sees the first's browser.
    User.objects.select_for_update().get(pk=user.pk)
    is_first = not known.exists()
    new = "" if token else secrets.token_urlsafe(32)
    KnownBrowser.objects.get_or_create(
        user=user,
        token_hash=_hash(token or new),
        defaults={"first_seen_at": now, "last_seen_at": now},
    )
    kept = known.order_by("-last_seen_at").values("pk")[:_MOST_BROWSERS]
    known.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    if not is_first:
        _tell(user, user_agent=user_agent, address=address, now=now)
    return new or None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _tell(user: User, *, user_agent: str, address: str, now: datetime) -> None:
    with (
        translation.override(user.language or settings.LANGUAGE_CODE),
        timezone.override(user.time_zone or settings.TIME_ZONE),
    ):
        context = {
            "browser": browser_in_words(user_agent),
            "address": address,
            "at": now,
            "url": settings.BASE_URL + reverse("security"),
            "product_name": settings.PRODUCT_NAME,
            "reason": _("You get this mail because it is about your own account."),
        }
        message = EmailMultiAlternatives(
            subject=_("A new sign-in to your account"),
            body=render_to_string("mail/identity/new_browser.txt", context),
            to=[user.email],
        )
        message.attach_alternative(
            render_to_string("mail/identity/new_browser.html", context), "text/html"
        )
        message.send()
