"""Encryption of what must be read again but never be found in a copy of the database.

The key is derived from SECRET_KEY, another for each purpose. Keys in SECRET_KEY_FALLBACKS still
read what they wrote, so that SECRET_KEY can be changed without anybody losing a second factor.
"""

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

SECOND_FACTORS = "identity: secrets of second factors"


def _key(secret: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(
        secret.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))


def _keys(purpose: str) -> MultiFernet:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([_key(secret, purpose) for secret in secrets])


def encrypt(text: str, *, purpose: str = SECOND_FACTORS) -> str:
    """Return `text` encrypted and authenticated, as printable characters."""
    return _keys(purpose).encrypt(text.encode()).decode()


def decrypt(encrypted: str, *, purpose: str = SECOND_FACTORS) -> str:
    """Return the text; raise cryptography's InvalidToken if no key of ours wrote it."""
    return _keys(purpose).decrypt(encrypted.encode()).decode()
