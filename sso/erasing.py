"""What becomes of a deleted person in single sign-on."""

from typing import Final

from accounts.erasure import Erasing

ERASING: Final = Erasing(app="sso", gone={"sso.SsoIdentity": "membership"})
