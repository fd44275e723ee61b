"""What a directory says of people becomes what the vendor hears: hires, and a champion who left."""

import json
from typing import Any

import pytest
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest

from accounts.models import Membership
from accounts.tenancy import organization_context
from provisioning.models import DirectoryUser
from provisioning.protocol.service import SERVICE
from provisioning.protocol.storage import DirectoryStorage
from seats.models import WaitingListEntry
from signals.models import Signal
from signals.services.findings import scan_findings
from tests.integration.provisioning.conftest import ENTERPRISE, PATCH, USER
from tests.integration.signals.world import World, day

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


def send(world: World, method: str, path: str, body: dict[str, Any]) -> None:
    """Have the directory send a request on Wednesday."""
    storage = DirectoryStorage(organization_id=world.id, now=day(2), writes=True)
    asked = ScimRequest(
        method=method,
        base_url="http://testserver/scim/v2",
        path=path,
        query={},
        headers={"Content-Type": "application/scim+json"},
    )
    asked.body = json.dumps(body).encode()
    answer = ScimHandler(SERVICE, storage).handle(asked)
    assert answer.status < 300, answer.body


@pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
class TestADirectory:
    def test_brings_new_hires_and_takes_a_champion(self) -> None:
        # Eight of eight seats in Marketing are used; one of the eight is the champion, and the
        # directory takes over her as well as it brings four who are new.
        world = World(seats=8)
        world.add_people(8, department="Marketing")
        world.use(world.people, day(1))
        with organization_context(world.id):
            Membership.objects.filter(pk=world.people[0].pk).update(role="champion")
        names = ["m0", "new1", "new2", "new3", "new4"]
        operations = [
            {
                "method": "POST",
                "path": "/Users",
                "bulkId": name,
                "data": {
                    "schemas": [USER, ENTERPRISE],
                    "userName": name,
                    "active": True,
                    ENTERPRISE: {"department": "Marketing"},
                },
            }
            for name in names
        ]
        send(world, "POST", "/Bulk", {"schemas": [BULK], "Operations": operations})
        scan_findings(now=day(3))
        with organization_context(world.id):
            hires = Signal.objects.get(kind="new_hires")
            # 8 were there, the champion among them: 4 came, and 12 are there.
            assert {each["code"]: each["values"] for each in hires.evidence}["department_grew"] == {
                "department": "Marketing",
                "before": 8,
                "after": 12,
                "without_seat": 4,
            }
            assert not WaitingListEntry.objects.exists()
            champion = DirectoryUser.objects.get(user_name="m0")
            assert champion.membership_id == world.people[0].pk
        change = {"op": "replace", "path": "active", "value": False}
        path = f"/Users/{champion.scim_id}"
        send(world, "PATCH", path, {"schemas": [PATCH], "Operations": [change]})
        scan_findings(now=day(4))
        with organization_context(world.id):
            left = Signal.objects.get(kind="champion_left")
        codes = {each["code"]: each["values"] for each in left.evidence}
        assert codes["champions_remain"]["people"] == 0
