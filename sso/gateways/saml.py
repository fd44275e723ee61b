"""SAML 2.0 by python3-saml: what we ask a provider, and the checks of what it answers.

The library checks signature, schema, status, issuer, times (five minutes of skew), destination and
audience. What it lets pass when it is left out is demanded here: an audience, a recipient, an end,
an id, and a signed assertion. Assertions may come encrypted for our key. Single logout is not
supported.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.metadata import OneLogin_Saml2_Metadata
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from sso.gateways.fetching import ProviderFailed, get

LARGEST_RESPONSE: Final = 512 * 1024
_KEY_LIFETIME: Final = timedelta(days=3650)
_XENC: Final = "{http://www.w3.org/2001/04/xmlenc#}"
_WRAPPED_BY: Final = {Constants.RSA_OAEP_MGF1P, "http://www.w3.org/2009/xmlenc11#rsa-oaep"}
SKEW: Final = timedelta(seconds=Constants.ALLOWED_CLOCK_DRIFT)


class AssertionRefused(Exception):
    """What arrived proves nothing; the text says what was wrong, for the history."""


@dataclass(frozen=True, slots=True)
class Party:
    """Our side of a connection: how we are called and where answers go.

    `keys` open what is encrypted for us, private and PEM, the newest first; `certificate` is that
    one's.
    """

    entity_id: str
    acs_url: str
    keys: tuple[str, ...] = ()
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """The other side. `certificates` are PEM; any of them may have signed."""

    entity_id: str
    sso_url: str
    certificates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a good assertion says."""

    assertion_id: str
    in_response_to: str
    subject: str
    attributes: Mapping[str, Any]
    expires_at: datetime


def read_metadata(xml: bytes) -> Provider:
    """Return the provider that its metadata describes. Raises ProviderFailed."""
    try:
        found = OneLogin_Saml2_IdPMetadataParser.parse(xml).get("idp", {})
    except Exception as error:  # the library raises whatever its XML parser does
        raise ProviderFailed("This is no SAML metadata.") from error
    one, several = found.get("x509cert"), found.get("x509certMulti", {})
    bodies: Sequence[str] = [one] if one else several.get("signing", [])
    provider = Provider(
        entity_id=found.get("entityId", ""),
        sso_url=found.get("singleSignOnService", {}).get("url", ""),
        certificates=tuple(_pem(body) for body in bodies),
    )
    if not provider.entity_id or not provider.sso_url:
        raise ProviderFailed(
            "The metadata names no identity provider with a sign-in address (HTTP-Redirect)."
        )
    if not provider.certificates:
        raise ProviderFailed("The metadata holds no certificate to check signatures with.")
    return provider


def fetch_metadata(url: str) -> Provider:
    """Return the provider whose metadata is at `url`. Raises ProviderFailed."""
    return read_metadata(get(url, accept="application/samlmetadata+xml, application/xml"))


def read_certificates(text: str) -> tuple[str, ...]:
    """Return the PEM certificates in `text`, one or more. Raises ProviderFailed."""
    if "BEGIN CERTIFICATE" not in text:
        return (_pem("".join(text.split())),)
    try:
        found = x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise ProviderFailed("This is no certificate in PEM form.") from error
    return tuple(certificate.public_bytes(Encoding.PEM).decode() for certificate in found)


def expiry_of(pem: str) -> datetime:
    """Return when a certificate ends."""
    return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc


def our_metadata(party: Party) -> str:
    """Return the XML that tells a provider who we are."""
    sp = _settings(party, Provider("urn:none", "https://none.invalid/", ())).get_sp_data()
    xml: str | bytes = OneLogin_Saml2_Metadata.builder(sp, authnsign=False, wsign=True)
    if party.certificate:
        xml = OneLogin_Saml2_Metadata.add_x509_key_descriptors(xml, party.certificate)
    return xml.decode() if isinstance(xml, bytes) else xml


def new_key() -> tuple[str, str]:
    """Return a new private key and its certificate, both PEM; providers look at no more of it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Headroom")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _KEY_LIFETIME)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private.decode(), certificate.public_bytes(Encoding.PEM).decode()


def sign_in_address(
    party: Party, provider: Provider, *, relay_state: str, anew: bool = False
) -> tuple[str, str]:
    """Return where the browser goes, and the id of the request that it carries."""
    request = OneLogin_Saml2_Authn_Request(_settings(party, provider), force_authn=anew)
    query = urlencode({"SAMLRequest": request.get_request(), "RelayState": relay_state})
    glue = "&" if urlsplit(provider.sso_url).query else "?"
    return f"{provider.sso_url}{glue}{query}", request.get_id()


def statement_of(party: Party, provider: Provider, encoded: str, *, now: datetime) -> Statement:
    """Return what the answer of a provider says. Raises AssertionRefused."""
    if len(encoded) > LARGEST_RESPONSE:
        raise AssertionRefused("The answer is too large.")
    try:
        keys = party.keys if _is_encrypted(encoded) else ()
        response = _opened(party, provider, encoded, keys)
        response.is_valid(_request_data(party), raise_exceptions=True)
        return _demand(party, response, now=now)
    except AssertionRefused:
        raise
    except Exception as error:  # the library raises whatever its XML parser does
        raise AssertionRefused(str(error)[:300] or type(error).__name__) from error


def _is_encrypted(encoded: str) -> bool:
    """Tell whether something in the answer is for our key. Raises AssertionRefused.

    A key that is wrapped by RSA 1.5 is not opened: whether it could be would tell a guesser more.
    """
    answer = OneLogin_Saml2_XML.to_etree(b64decode(encoded))
    wrapped = list(answer.iter(f"{_XENC}EncryptedKey"))
    for key in wrapped:
        methods = [method.get("Algorithm") for method in key.findall(f"{_XENC}EncryptionMethod")]
        if len(methods) != 1 or methods[0] not in _WRAPPED_BY:
            raise AssertionRefused("The assertion's key is not wrapped with RSA-OAEP.")
    return bool(wrapped)


def _opened(
    party: Party, provider: Provider, encoded: str, keys: Sequence[str]
) -> OneLogin_Saml2_Response:
    """Return the answer, opened with the newest of our keys that opens it."""
    for key in keys[:-1]:
        try:
            return OneLogin_Saml2_Response(_settings(party, provider, key), encoded)
        except Exception:  # noqa: S112 - whatever xmlsec raises; the key before may open it
            continue
    key = keys[-1] if keys else ""
    return OneLogin_Saml2_Response(_settings(party, provider, key), encoded)


def _demand(party: Party, response: OneLogin_Saml2_Response, *, now: datetime) -> Statement:
    """Check what the library leaves to chance, in the signed part alone."""
    if party.entity_id not in response.get_audiences():
        raise AssertionRefused("The assertion names no audience.")
    answered = response.get_in_response_to() or ""
    ends = []
    for data in response._query_assertion(
        "/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
    ):
        if data.get("Recipient") != party.acs_url:
            raise AssertionRefused("The assertion is for another recipient.")
        if (data.get("InResponseTo") or "") != answered:
            raise AssertionRefused("The assertion answers another request than the response.")
        if data.get("NotOnOrAfter"):
            ends.append(datetime.fromisoformat(data.get("NotOnOrAfter")))
    if not ends:
        raise AssertionRefused("The assertion has no end.")
    assertion_id, subject = response.get_assertion_id(), response.get_nameid()
    if not assertion_id or not subject:
        raise AssertionRefused("The assertion names nobody.")
    # However far its end lies in the future, it is remembered: at least as long as it is good.
    expires_at = max(*ends, now) + SKEW
    return Statement(
        assertion_id=assertion_id[:255],
        in_response_to=answered[:255],
        subject=subject[:255],
        attributes={
            name: values[0] if len(values) == 1 else list(values)
            for name, values in response.get_attributes().items()
            if values
        },
        expires_at=expires_at.astimezone(UTC),
    )


def _settings(party: Party, provider: Provider, key: str = "") -> OneLogin_Saml2_Settings:
    return OneLogin_Saml2_Settings(
        {
            "strict": True,
            "debug": False,
            "sp": {
                "entityId": party.entity_id,
                "assertionConsumerService": {"url": party.acs_url},
                "NameIDFormat": Constants.NAMEID_UNSPECIFIED,
            }
            | ({"privateKey": key, "x509cert": party.certificate} if key else {}),
            "idp": {
                "entityId": provider.entity_id,
                "singleSignOnService": {"url": provider.sso_url},
                "x509certMulti": {"signing": list(provider.certificates)},
            },
            "security": {
                "allowSingleLabelDomains": True,
                "wantAssertionsSigned": True,
                "wantAttributeStatement": False,
                "rejectDeprecatedAlgorithm": True,
                "requestedAuthnContext": False,
                "authnRequestsSigned": False,
            },
        },
        sp_validation_only=not provider.certificates,
    )


def _request_data(party: Party) -> dict[str, Any]:
    """The address that the answer came to, as configured and not as a header says it."""
    parts = urlsplit(party.acs_url)
    return {
        "https": "on" if parts.scheme == "https" else "off",
        "http_host": parts.netloc,
        "script_name": parts.path,
        "get_data": {},
        "post_data": {},
    }


def _pem(body: str) -> str:
    try:
        certificate = x509.load_der_x509_certificate(b64decode(body, validate=True))
    except ValueError as error:
        raise ProviderFailed("One of the certificates cannot be read.") from error
    return certificate.public_bytes(Encoding.PEM).decode()
