"""Sign-in rules for django-allauth: nobody signs up unasked, mails go through the queue."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People join by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Deny public sign-up."""
        return False
