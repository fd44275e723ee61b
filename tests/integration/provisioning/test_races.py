"""Two requests of one directory at once, on connections of their own."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Membership
from accounts.tenancy import organization_context
from provisioning.services.connections import change_connection
from provisioning.services.following import DIRECTORY
from seats.models import SeatPool
from tests.integration.provisioning.conftest import USER, Directory, make_directory
from tests.support.people import NOW


def create(directory: Directory, user_name: str) -> int:
    """Create a person as a request of its own does; return the status."""
    try:
        body = {"schemas": [USER], "userName": user_name, "active": True}
        return directory.ask("POST", "/Users", body).status_code
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_one_of_two_same_people_is_created_and_seats_hold(self) -> None:
        directory = make_directory("acme")
        organization_id = directory.organization.pk
        change_connection(
            organization_id=organization_id,
            seats="everybody",
            member_id_from="user_name",
            region_from="country",
            actor=DIRECTORY,
            now=NOW,
        )
        with organization_context(organization_id):
            SeatPool.objects.update_or_create(
                organization_id=organization_id, defaults={"purchased_seats": 2}
            )
        names = ["anna", "anna", "ben", "ben", "cleo", "dora"]
        with ThreadPoolExecutor(6) as pool:
            statuses = list(pool.map(lambda name: create(directory, name), names))
        assert sorted(statuses) == [201, 201, 201, 201, 409, 409]
        with organization_context(organization_id):
            assert Membership.objects.count() == 4
            assert SeatPool.objects.get().assigned_seats == 2
