"""What becomes of a deleted person's sign-in."""

from typing import Final

from accounts.erasure import Erasing

ERASING: Final = Erasing(
    app="identity",
    account={
        "identity.KnownBrowser": "user",
        "account.EmailAddress": "user",
        "mfa.Authenticator": "user",
        "usersessions.UserSession": "user",
        "admin.LogEntry": "user",
    },
)
