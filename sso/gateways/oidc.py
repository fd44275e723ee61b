"""OpenID Connect: discovery, the address to sign in at, and the checks of what comes back.

Authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 7636, RFC 9700). The
ID token is verified by PyJWT against the provider's own keys; only signatures by public keys count.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import jwt
from django.conf import settings
from django.core.cache import cache

from accounts.domain.addresses import UnfitAddress, check_url
from sso.gateways.fetching import ProviderFailed, get_json, post_form

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "PS384", "PS512")
LEEWAY_SECONDS: Final = 120
_KEYS_SECONDS: Final = 600
LOGOUT_SECONDS: Final = 300
"""How long a logout token is good; it is remembered as long, so that it is good once."""
_SIGNED_OUT: Final = "http://schemas.openid.net/event/backchannel-logout"


class TokenRefused(Exception):
    """What the provider sent proves nothing; the text says what was wrong, for the history."""


@dataclass(frozen=True, slots=True)
class Client:
    """What we are at a provider, and what it says of itself."""

    issuer: str
    client_id: str
    client_secret: str
    provider: Mapping[str, Any]
    redirect_uri: str


def discover(issuer: str) -> dict[str, Any]:
    """Return what the provider says of itself. Raises ProviderFailed."""
    url = issuer.rstrip("/") + "/.well-known/openid-configuration"
    said = get_json(url)
    if said.get("issuer") != issuer:
        named = str(said.get("issuer"))[:200]
        raise ProviderFailed(f"{url} names the issuer “{named}”. Enter the issuer exactly so.")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        try:
            check_url(str(said.get(name, "")), allow_private=settings.INTEGRATIONS_ALLOW_PRIVATE)
        except UnfitAddress as error:
            raise ProviderFailed(f"{url} names no usable {name}.") from error
    kept = (
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "token_endpoint_auth_methods_supported",
        "code_challenge_methods_supported",
    )
    return {name: said[name] for name in kept if name in said}


def new_secret() -> str:
    """Return 256 random bits for a state, a nonce or a verifier."""
    return secrets.token_urlsafe(32)


def sign_in_address(
    client: Client, *, state: str, nonce: str, verifier: str, hint: str = "", anew: bool = False
) -> str:
    """Return where the browser goes. `anew` has the person prove again who they are."""
    challenge = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": "openid email profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    if hint:
        asked["login_hint"] = hint
    if anew:
        asked |= {"prompt": "login", "max_age": "0"}
    parts = urlsplit(str(client.provider["authorization_endpoint"]))
    query = f"{parts.query}&{urlencode(asked)}" if parts.query else urlencode(asked)
    return urlunsplit(parts._replace(query=query))


def claims_of(
    client: Client,
    *,
    code: str,
    verifier: str,
    nonce: str,
    signed_in_since: float | None = None,
) -> dict[str, Any]:
    """Exchange the code and return the verified claims. Raises ProviderFailed, TokenRefused.

    With `signed_in_since` (Unix time) the person has to have proved who they are after that.
    Claims that the ID token leaves out are asked for at the provider's userinfo address.
    """
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": verifier,
    }
    methods = client.provider.get("token_endpoint_auth_methods_supported")
    basic = None
    if not methods or "client_secret_basic" in methods:
        basic = (client.client_id, client.client_secret)
    else:
        fields |= {"client_id": client.client_id, "client_secret": client.client_secret}
    answer = post_form(client.provider["token_endpoint"], fields, basic=basic)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise TokenRefused("The provider sent no ID token.")
    claims = verified(client, token, nonce=nonce)
    if signed_in_since is not None:
        proved_at = claims.get("auth_time")
        if not isinstance(proved_at, int | float) or proved_at < signed_in_since - LEEWAY_SECONDS:
            raise TokenRefused("The provider did not ask the person again who they are.")
    userinfo, access = client.provider.get("userinfo_endpoint"), answer.get("access_token")
    if "email" not in claims and isinstance(userinfo, str) and isinstance(access, str):
        more = get_json(userinfo, token=access)
        if more.get("sub") != claims["sub"]:
            raise TokenRefused("The provider described somebody else than it signed in.")
        claims = {**more, **claims}
    return claims


def verified(client: Client, token: str, *, nonce: str) -> dict[str, Any]:
    """Return the claims of an ID token that is the provider's, for us, of now and of this attempt.

    Raises TokenRefused, ProviderFailed.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(client.provider["jwks_uri"], token),
            algorithms=ALGORITHMS,
            audience=client.client_id,
            issuer=client.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except jwt.PyJWTError as error:
        raise TokenRefused(f"The ID token is not valid: {error}.") from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if several and claims.get("azp") != client.client_id:
        raise TokenRefused("The ID token was issued to another client.")
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise TokenRefused("The ID token belongs to another attempt to sign in.")
    return claims


def signed_out(client: Client, token: str) -> tuple[str, str, str]:
    """Return who a logout token says signed out: subject, the session's name or "", and its id.

    As OpenID Connect Back-Channel Logout 1.0 asks; the subject is demanded, which providers send
    beside the session. Raises TokenRefused, ProviderFailed.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(client.provider["jwks_uri"], token),
            algorithms=ALGORITHMS,
            audience=client.client_id,
            issuer=client.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "sub", "aud", "iat", "jti"]},
        )
    except jwt.PyJWTError as error:
        raise TokenRefused(f"The logout token is not valid: {error}.") from error
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_SIGNED_OUT), dict):
        raise TokenRefused("The token does not speak of signing out.")
    if "nonce" in claims:
        raise TokenRefused("An ID token is no logout token.")
    if time.time() - claims["iat"] > LOGOUT_SECONDS:
        raise TokenRefused("The logout token is too old.")
    return str(claims["sub"]), str(claims.get("sid", "")), str(claims["jti"])


def _key(jwks_uri: str, token: str) -> jwt.PyJWK:
    """Return the provider's key that signed; a new one is looked for once."""
    header = jwt.get_unverified_header(token)
    if header.get("alg") not in ALGORITHMS:
        raise TokenRefused(f"The ID token is signed with {str(header.get('alg'))[:20]!r}.")
    kept = f"sso:keys:{hashlib.sha256(jwks_uri.encode()).hexdigest()}"
    found = _matching(cache.get(kept), header)
    if found is None:
        published = get_json(jwks_uri)
        cache.set(kept, published, _KEYS_SECONDS)
        found = _matching(published, header)
    if found is None:
        raise TokenRefused("The ID token is signed with a key that the provider does not publish.")
    return found


def _matching(published: Any, header: Mapping[str, Any]) -> jwt.PyJWK | None:
    if published is None:
        return None
    try:
        keys = jwt.PyJWKSet.from_dict(published).keys
    except jwt.PyJWTError:
        return None
    signing = [key for key in keys if key.public_key_use in (None, "sig")]
    if "kid" in header:
        signing = [key for key in signing if key.key_id == header["kid"]]
    return signing[0] if len(signing) == 1 else None
