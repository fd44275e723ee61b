"""Sign-ins of tests: when somebody proved who they are."""

import time
from typing import Any

from django.http import HttpRequest
from django.test import Client

_RECORDS = "account_authentication_methods"
_RECORDS_OF = "account_authentication_methods_user"


def count_as_proved(*, request: HttpRequest, user: Any, **kwargs: object) -> None:
    """Receive `user_logged_in`: what has no proof of its own gets a password of this moment."""
    if _RECORDS not in request.session:
        request.session[_RECORDS] = [{"method": "password", "at": time.time()}]
        request.session[_RECORDS_OF] = str(user.pk)


def proved_ago(client: Client, *, seconds: float) -> None:
    """Let the last proof of a client's person be `seconds` ago."""
    session = client.session
    records = session[_RECORDS]
    session[_RECORDS] = [*records[:-1], records[-1] | {"at": time.time() - seconds}]
    session.save()
