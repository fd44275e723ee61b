"""API keys: shown once, found by prefix, dead when revoked or expired."""

from datetime import timedelta

import pytest

from accounts.models import ApiKey
from accounts.services.api_keys import find_api_key, issue_api_key
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from tests.support.people import NOW, make_api_key, make_organization


@pytest.mark.django_db
class TestApiKey:
    def test_is_found_by_what_was_shown(self) -> None:
        organization = make_organization()
        key = make_api_key(organization)
        found = find_api_key(key=key, now=NOW)
        assert found is not None
        assert found.organization_id == organization.pk

    def test_of_the_vendor_belongs_to_no_organization(self) -> None:
        found = find_api_key(key=make_api_key(), now=NOW)
        assert found is not None
        assert found.is_vendor_wide

    def test_is_not_stored(self) -> None:
        organization = make_organization()
        key = make_api_key(organization)
        with organization_context(organization.pk):
            row = ApiKey.objects.get()
        assert key.split("_")[2] not in (row.secret_hash, row.prefix, row.name)

    def test_with_another_secret_is_not_found(self) -> None:
        key = make_api_key(make_organization())
        forged = key[:-1] + ("0" if key[-1] != "0" else "1")
        assert find_api_key(key=forged, now=NOW) is None

    def test_is_dead_when_revoked(self) -> None:
        organization = make_organization()
        key = make_api_key(organization)
        with organization_context(organization.pk):
            ApiKey.objects.update(revoked_at=NOW)
        assert find_api_key(key=key, now=NOW) is None

    def test_is_dead_from_the_second_of_its_expiry(self) -> None:
        organization = make_organization()
        with organization_context(organization.pk):
            _row, key = issue_api_key(
                name="short",
                actor=SYSTEM,
                now=NOW,
                organization_id=organization.pk,
                expires_at=NOW + timedelta(hours=1),
            )
        assert find_api_key(key=key, now=NOW + timedelta(minutes=59)) is not None
        assert find_api_key(key=key, now=NOW + timedelta(hours=1)) is None
