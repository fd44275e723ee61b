"""The whole suite of scim2-tester, against the product as it is served."""

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server
from scim2_tester.utils import ResourceManager

from tests.integration.provisioning.conftest import Directory


@pytest.fixture
def client(directory: Directory) -> Iterator[WSGISCIMClient]:
    """Return a SCIM client of the whole application; the test's connection stays open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield WSGISCIMClient(
        get_wsgi_application(),
        base_url="http://testserver/scim/v2",
        headers={"Authorization": f"Bearer {directory.token}"},
    )
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def tidy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the suite delete what it made once, and not again after each of its checks.

    It never forgets what it deleted: 521 of its 832 requests would be for people who are gone.
    """
    clean_up = ResourceManager.cleanup

    def clean_up_once(manager: ResourceManager) -> None:
        clean_up(manager)
        manager.resources.clear()

    monkeypatch.setattr(ResourceManager, "cleanup", clean_up_once)


@pytest.mark.django_db
@pytest.mark.usefixtures("tidy")
class TestTheServer:
    def test_passes_every_check(self, client: WSGISCIMClient) -> None:
        results = check_server(client)
        wanting = [
            f"{result.title} {result.resource_type}: {result.status.name} {result.reason}"
            for result in results
            if result.status is not Status.SUCCESS
        ]
        assert wanting == []
        assert len(results) >= 135
