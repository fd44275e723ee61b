"""The storage keeps the contract that scim2-server asks of every storage, filters included."""

from collections.abc import Iterator
from typing import Any

import pytest
from scim2_models import ScimProvider
from scim2_server.testing import ScimStorageContract

from accounts.tenancy import organization_context
from provisioning.protocol.provider import PROVIDER
from provisioning.protocol.storage import DirectoryStorage
from tests.support.people import NOW, make_organization


@pytest.mark.django_db
class TestDirectoryStorage(ScimStorageContract):
    @pytest.fixture
    def provider(self) -> ScimProvider:
        return PROVIDER

    @pytest.fixture
    def storage(self, db: None) -> Iterator[Any]:
        organization = make_organization("acme")
        with organization_context(organization.pk), PROVIDER:
            yield DirectoryStorage(organization_id=organization.pk, now=NOW, writes=True)


# Pages are asked for by index alone, which the service announces: tests of cursors would be passed
# over.
for _name in dir(ScimStorageContract):
    if _name.startswith("test_cursor"):
        setattr(TestDirectoryStorage, _name, None)
