"""Tokens for browsers: somebody may report their own use for an hour at most, and nothing else.

A browser must never hold an API key. The vendor's server, which has one, asks for a token for the
person who is signed in there and hands it to their page. The token names organization, person, key
and end, and is signed; nothing is stored. It ends with its key. Whoever steals one can report use
in that person's name until it ends, and can neither read nor change anything.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

import msgspec

from seats.services.usage_events import Key

PREFIX: Final = "hbt_"
LONGEST = 3600
USUAL = 900
# Names of 200 characters in four bytes each, twice, and base64.
LONGEST_TOKEN = 3_000


class TokenQuestion(msgspec.Struct, forbid_unknown_fields=True):
    """For whom a page wants to report, and for how many seconds."""

    member: Key
    organization: Key | None = None
    expires_in: Annotated[int, msgspec.Meta(ge=60, le=LONGEST)] = USUAL


class TokenAnswer(msgspec.Struct, frozen=True):
    """The token, and when it ends."""

    token: str
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)]


class Grant(msgspec.Struct, frozen=True, array_like=True):
    """What a token says. `expires` is in seconds since 1970; `key` the prefix of the API key."""

    key: str
    organization_id: int
    organization: str
    member: str
    expires: int


class BadToken(Exception):
    """A token that is none, was changed, or has ended."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Grant)


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Signs and reads tokens with a key derived from the deployment's secret."""

    key: bytes

    @classmethod
    def of(cls, server_key: str) -> "TokenSigner":
        """Return the signer of a deployment."""
        return cls(hmac.new(server_key.encode(), b"seats:browser-tokens", hashlib.sha256).digest())

    def sign(self, grant: Grant) -> str:
        """Return the token."""
        payload = _packed(_encode(grant))
        return f"{PREFIX}{payload}.{self._signature(payload)}"

    def read(self, token: str, *, now: datetime) -> Grant:
        """Return what a token says. Raises BadToken."""
        payload, _, signature = token.removeprefix(PREFIX).partition(".")
        if not token.startswith(PREFIX) or not token.isascii():
            raise BadToken("token_invalid", "This is not a token for browsers.")
        if not hmac.compare_digest(signature, self._signature(payload)):
            raise BadToken("token_invalid", "The token was not signed here.")
        try:
            grant = _decoder.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        except (msgspec.DecodeError, UnicodeDecodeError, binascii.Error) as error:
            raise BadToken("token_invalid", "The token cannot be read.") from error
        if grant.expires <= now.timestamp():
            raise BadToken("token_expired", "The token has ended; ask for another one.")
        return grant

    def _signature(self, payload: str) -> str:
        return _packed(hmac.new(self.key, payload.encode(), hashlib.sha256).digest())


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
