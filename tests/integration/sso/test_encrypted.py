"""Assertions that are encrypted for our key, while it is renewed too."""

import base64

import xmlsec
from django.test import Client
from django.utils import timezone
from lxml import etree

from accounts.services.history import SYSTEM
from sso.models import SsoConnection
from sso.selectors.doors import connection_by_key
from sso.services.connections import renew_key
from tests.integration.sso.conftest import Acme, saml_request
from tests.support.identity_provider import ADA

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


def our_certificate(acme: Acme) -> bytes:
    """Return the certificate for encryption that our metadata names, as PEM."""
    metadata = etree.fromstring(Client().get(acme.path("metadata")).content)
    uses = {
        descriptor.get("use"): "".join(descriptor.itertext()).strip()
        for descriptor in metadata.iter("{*}KeyDescriptor")
    }
    body = uses["encryption"]
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode()


def encrypted(encoded: str, certificate: bytes, wrap: object) -> str:
    """Return a response with its assertion encrypted for a certificate, as providers do."""
    response = etree.fromstring(base64.b64decode(encoded))
    assertion = response.find(f"{SAML}Assertion")
    assert assertion is not None
    holder = etree.SubElement(response, f"{SAML}EncryptedAssertion")
    response.replace(assertion, holder)
    holder.append(assertion)
    data = xmlsec.template.encrypted_data_create(
        response, xmlsec.Transform.AES256, type=xmlsec.EncryptionType.ELEMENT, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    key = xmlsec.template.add_encrypted_key(info, wrap)
    xmlsec.template.encrypted_data_ensure_cipher_value(key)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(certificate, xmlsec.KeyFormat.CERT_PEM))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, 256, xmlsec.KeyDataType.SESSION)
    context.encrypt_xml(data, assertion)
    return base64.b64encode(etree.tostring(response)).decode()


def come_in(acme: Acme, certificate: bytes, wrap: object = xmlsec.Transform.RSA_OAEP) -> bool:
    """Have Ada's provider answer encrypted; tell whether she is in."""
    client = Client()
    asked = saml_request(client.get(acme.path("start")).headers["Location"])
    acme.post(client, encrypted(acme.provider.saml_response(ADA, asked), certificate, wrap))
    return "_auth_user_id" in client.session


def renew(acme: Acme) -> None:
    renew_key(
        organization_id=acme.organization.pk,
        connection_id=acme.connection.pk,
        actor=SYSTEM,
        now=timezone.now(),
    )


class TestAnEncryptedAssertion:
    def test_is_opened_with_the_key_of_the_metadata_and_the_one_before(
        self, saml_acme: Acme
    ) -> None:
        first = our_certificate(saml_acme)
        assert come_in(saml_acme, first)
        renew(saml_acme)
        second = our_certificate(saml_acme)
        assert second != first
        assert come_in(saml_acme, first)
        assert come_in(saml_acme, second)
        renew(saml_acme)
        assert not come_in(saml_acme, first)

    def test_is_not_opened_where_its_key_is_wrapped_the_old_way(self, saml_acme: Acme) -> None:
        assert not come_in(saml_acme, our_certificate(saml_acme), xmlsec.Transform.RSA_PKCS1)

    def test_lies_under_a_key_that_is_stored_sealed(self, saml_acme: Acme) -> None:
        connection = connection_by_key(saml_acme.connection.key)
        assert isinstance(connection, SsoConnection)
        assert connection.our_key
        assert "PRIVATE" not in connection.our_key
