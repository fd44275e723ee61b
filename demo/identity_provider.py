"""A small identity provider, OpenID Connect and SAML 2.0: for the demo, and for the tests.

It keeps nothing but its key: an authorization code is a short-lived token of its own. It knows
one client, and signs in whoever is chosen. Nothing of the product is imported here.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

CLIENT_ID: Final = "headroom"
CLIENT_SECRET: Final = "a secret that the demo's provider knows"
_CODE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the provider can sign in."""

    subject: str
    email: str
    name: str = ""
    department: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and its certificate, both PEM."""

    private: str
    certificate: str

    @property
    def kid(self) -> str:
        """The name of the key in the published set."""
        return hashlib.sha256(self.certificate.encode()).hexdigest()[:16]


def make_key(*, valid_for: timedelta = timedelta(days=3650)) -> SigningKey:
    """Return a new RSA key with a certificate of its own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Demo identity provider")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + valid_for)
        .sign(key, hashes.SHA256())
    )
    return SigningKey(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
    )


class ProviderError(Exception):
    """What OAuth calls an error; the text is its code."""


@dataclass
class IdentityProvider:
    """The provider at `issuer`."""

    issuer: str
    key: SigningKey
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    extra_keys: list[SigningKey] = field(default_factory=list)

    # OpenID Connect

    def discovery(self) -> dict[str, Any]:
        """Return what the provider says of itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
        }

    def jwks(self) -> dict[str, Any]:
        """Return the public keys."""
        return {"keys": [_public(key) for key in (self.key, *self.extra_keys)]}

    def code_for(self, person: Person, asked: Mapping[str, str]) -> str:
        """Return an authorization code for what the browser asked on behalf of the client."""
        if asked.get("client_id") != self.client_id:
            raise ProviderError("unauthorized_client")
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            raise ProviderError("invalid_request")
        said = {
            "typ": "code",
            "exp": int(time.time()) + _CODE_SECONDS,
            "redirect_uri": asked["redirect_uri"],
            "challenge": asked["code_challenge"],
            "claims": self.claims(person, nonce=asked.get("nonce", "")),
        }
        return jwt.encode(said, self.key.private, "RS256")

    def claims(self, person: Person, *, nonce: str) -> dict[str, Any]:
        """Return what the ID token will say."""
        now = int(time.time())
        return {
            "iss": self.issuer,
            "sub": person.subject,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": nonce,
            "email": person.email,
            "email_verified": True,
            "name": person.name,
            "department": person.department,
            "title": person.title,
        }

    def token(self, form: Mapping[str, str], authorization: str) -> dict[str, Any]:
        """Exchange a code. Raises ProviderError."""
        expected = base64.b64encode(
            f"{self.client_id}:{_quoted(self.client_secret)}".encode()
        ).decode()
        if not secrets.compare_digest(authorization, f"Basic {expected}"):
            raise ProviderError("invalid_client")
        public = _public_pem(self.key)
        try:
            code = jwt.decode(form.get("code", ""), public, algorithms=["RS256"])
        except jwt.PyJWTError as error:
            raise ProviderError("invalid_grant") from error
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if code["challenge"] != challenge or code["redirect_uri"] != form.get("redirect_uri"):
            raise ProviderError("invalid_grant")
        return {
            "access_token": secrets.token_hex(16),
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.signed(code["claims"]),
        }

    def signed(self, claims: Mapping[str, Any]) -> str:
        """Return an ID token."""
        return jwt.encode(dict(claims), self.key.private, "RS256", headers={"kid": self.key.kid})

    # SAML

    def metadata(self) -> str:
        """Return the metadata of the SAML side."""
        keys = "".join(
            '<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
            f"{_body(key.certificate)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
            "</md:KeyDescriptor>"
            for key in (self.key, *self.extra_keys)
        )
        return (
            '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
            f'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID={quoteattr(self.entity_id)}>'
            "<md:IDPSSODescriptor "
            'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            f"{keys}<md:SingleSignOnService "
            'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
            f"Location={quoteattr(f'{self.issuer}/saml/sign-in')}/>"
            "</md:IDPSSODescriptor></md:EntityDescriptor>"
        )

    @property
    def entity_id(self) -> str:
        """How the SAML side is called."""
        return f"{self.issuer}/saml/metadata"

    def saml_response(self, person: Person, asked: "SamlRequest", *, sign: bool = True) -> str:
        """Return the answer to a request, in base64: the assertion is signed."""
        now = datetime.now(UTC)
        assertion = self.assertion(person, asked, now)
        if sign:
            assertion = _text(
                OneLogin_Saml2_Utils.add_sign(assertion, self.key.private, self.key.certificate)
            )
        answered = f" InResponseTo={quoteattr(asked.id)}" if asked.id else ""
        response = (
            '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
            'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
            f'ID="_{secrets.token_hex(16)}" Version="2.0" IssueInstant="{_instant(now)}" '
            f"Destination={quoteattr(asked.acs_url)}{answered}>"
            f"<saml:Issuer>{escape(self.entity_id)}</saml:Issuer><samlp:Status><samlp:StatusCode "
            'Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
            f"{assertion}</samlp:Response>"
        )
        return base64.b64encode(response.encode()).decode()

    def assertion(self, person: Person, asked: "SamlRequest", now: datetime) -> str:
        """Return what is said, not yet signed."""
        attributes = {
            "email": person.email,
            "displayName": person.name,
            "department": person.department,
            "title": person.title,
        }
        statements = "".join(
            f'<saml:Attribute Name="{name}"><saml:AttributeValue>{escape(value)}'
            "</saml:AttributeValue></saml:Attribute>"
            for name, value in attributes.items()
        )
        end = _instant(now + timedelta(minutes=5))
        answered = f" InResponseTo={quoteattr(asked.id)}" if asked.id else ""
        return (
            '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
            f'ID="_{secrets.token_hex(16)}" Version="2.0" IssueInstant="{_instant(now)}">'
            f"<saml:Issuer>{escape(self.entity_id)}</saml:Issuer><saml:Subject>"
            '<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">'
            f"{escape(person.subject)}</saml:NameID>"
            '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f'<saml:SubjectConfirmationData NotOnOrAfter="{end}" '
            f"Recipient={quoteattr(asked.acs_url)}{answered}/></saml:SubjectConfirmation>"
            f'</saml:Subject><saml:Conditions NotBefore="{_instant(now)}" NotOnOrAfter="{end}">'
            f"<saml:AudienceRestriction><saml:Audience>{escape(asked.audience)}</saml:Audience>"
            f"</saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="
            f'"{_instant(now)}"><saml:AuthnContext><saml:AuthnContextClassRef>'
            "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef>"
            "</saml:AuthnContext></saml:AuthnStatement>"
            f"<saml:AttributeStatement>{statements}</saml:AttributeStatement></saml:Assertion>"
        )


@dataclass(frozen=True, slots=True)
class SamlRequest:
    """What a product asks: its request's id, where the answer goes, and for whom it is."""

    id: str
    acs_url: str
    audience: str

    @classmethod
    def read(cls, encoded: str) -> "SamlRequest":
        """Return what the query parameter SAMLRequest asks."""
        xml = OneLogin_Saml2_XML.to_etree(OneLogin_Saml2_Utils.decode_base64_and_inflate(encoded))
        issuer = xml.find("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer")
        return cls(xml.get("ID"), xml.get("AssertionConsumerServiceURL"), issuer.text)


def _public(key: SigningKey) -> dict[str, Any]:
    public = x509.load_pem_x509_certificate(key.certificate.encode()).public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise TypeError("the provider signs with RSA")
    jwk: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True)
    return jwk | {"kid": key.kid, "use": "sig", "alg": "RS256"}


def _public_pem(key: SigningKey) -> str:
    public = x509.load_pem_x509_certificate(key.certificate.encode()).public_key()
    return public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def _body(pem: str) -> str:
    return "".join(pem.split("-----")[2].split())


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(xml: str | bytes) -> str:
    return xml.decode() if isinstance(xml, bytes) else xml


def _quoted(secret: str) -> str:
    return quote(secret, safe="")
