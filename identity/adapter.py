"""Sign-in rules for django-allauth: nobody signs up unasked, secrets are kept encrypted."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from identity.gateways import secrets


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People join by invitation only; mails go through the queue."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Deny public sign-up."""
        return False


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The secrets of authenticator apps and recovery codes lie encrypted in the database."""

    def encrypt(self, text: str) -> str:
        """Return what is stored of a secret."""
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret that was stored."""
        return secrets.decrypt(encrypted_text)
