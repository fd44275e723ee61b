"""Our secrets at identity providers lie encrypted in the database."""

from typing import Final

from identity.gateways.secrets import decrypt, encrypt

_PURPOSE: Final = "sso: secrets of clients at identity providers"


def seal(secret: str) -> str:
    """Return what is stored of a secret."""
    return encrypt(secret, purpose=_PURPOSE)


def unseal(stored: str) -> str:
    """Return the secret that was stored."""
    return decrypt(stored, purpose=_PURPOSE)
