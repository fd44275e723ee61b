"""Sign-in rules for django-allauth: nobody signs up unasked, secrets are kept encrypted."""

from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import ngettext
from qrcode.image.svg import SvgPathFillImage

from accounts.domain.recency import DEFAULT_WINDOWS, Recent, is_recent
from accounts.models import User
from identity import session
from identity.gateways import attempts, secrets
from identity.selectors.rules import demands_on
from identity.step_up import proved_at
from identity.words import browser_in_words


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People join by invitation only; mails go through the queue."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Deny public sign-up."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return who these credentials belong to; note a password that became too short."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            asked = demands_on(user).password_length
            session.note_password(request, too_short=len(credentials["password"]) < asked)
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse an attempt beyond the limits, known address or not; say when the next counts."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as refusal:
            key = self._get_login_attempts_cache_key(request, **credentials)
            raise _try_again_in(attempts.minutes_to_wait(request, key=key)) from refusal

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask before a second factor is changed unless the last proof is recent enough."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        return not is_recent(
            proved_at(context.request),
            now=timezone.now(),
            window=DEFAULT_WINDOWS[Recent.CHANGING],
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write to people in their own language, also when somebody else's browser asked."""
        languages = User.objects.filter(email__iexact=email).values_list("language", flat=True)
        own = next(iter(languages), "")
        context = context | {"product_name": settings.PRODUCT_NAME}
        with translation.override(own or translation.get_language()):
            super().send_mail(template_prefix, email, context)


def _try_again_in(minutes: int) -> ValidationError:
    return ValidationError(
        ngettext(
            "That was too often. Try again in %(n)d minute, or choose a new password.",
            "That was too often. Try again in %(n)d minutes, or choose a new password.",
            minutes,
        )
        % {"n": minutes},
        code="too_many_login_attempts",
    )


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The secrets of authenticator apps and recovery codes lie encrypted in the database."""

    def build_totp_svg(self, url: str) -> str:
        """Return the picture with a white ground of its own: cameras need it in the dark too."""
        return str(qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode"))

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Return what a new passkey is called until its owner names it: the browser."""
        return browser_in_words(context.request.META.get("HTTP_USER_AGENT", ""))

    def encrypt(self, text: str) -> str:
        """Return what is stored of a secret."""
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret that was stored."""
        return secrets.decrypt(encrypted_text)
