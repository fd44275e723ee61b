"""A directory that asks too often is told when to come back, in the words of SCIM."""

from typing import Any

import pytest

from accounts.tenancy import organization_context
from provisioning.models import DirectoryRequest
from tests.integration.provisioning.conftest import Directory, make_directory


@pytest.mark.django_db
class TestTooManyRequests:
    def test_are_refused_with_the_time_to_wait(self, directory: Directory, settings: Any) -> None:
        settings.DIRECTORY_REQUESTS_A_MINUTE = 2
        answers = [directory.ask("GET", "/Users") for _number in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[0].headers["RateLimit-Limit"] == "2"
        refused = answers[2]
        # Two a minute: one comes back after 30 seconds, less what the requests took.
        assert 1 <= int(refused.headers["Retry-After"]) <= 30
        body = refused.json()  # type: ignore[attr-defined]
        assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        assert (body["status"], body["detail"][:17]) == ("429", "Too many requests")
        with organization_context(directory.organization.pk):
            assert DirectoryRequest.objects.count() == 2
        # Another organization's directory is not held up.
        assert make_directory("other").ask("GET", "/Users").status_code == 200
