"""What an organization's members together say about places and devices."""

from signals.domain.sharing.events import Sighting, cell_of
from signals.domain.sharing.journeys import Surroundings, look_at, surroundings_of
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.state import State
from signals.domain.sharing.user_agents import FormFactor
from tests.unit.signals.sharing.histories import BERLIN, TOKYO, work

BUSINESS = NetworkClass.BUSINESS
NEW_YORK = cell_of(40.71, -74.01)


def surroundings(*members: list[Sighting]) -> Surroundings:
    looks = []
    for sightings in members:
        state = State()
        state.add(sightings)
        looks.append(look_at(list(state)))
    return surroundings_of(looks)


def through_tunnel(member: str) -> list[Sighting]:
    """Mostly at an own home, a few minutes later in Tokyo with the same laptop."""
    return work([1, 2], (9, 11, 13), f"{member} laptop", f"{member} home") + work(
        [1, 2], (9.5,), f"{member} laptop", "exit", cell=TOKYO, network=9, network_class=BUSINESS
    )


class TestTeleports:
    def test_of_two_members_distrust_the_place_they_went_to(self) -> None:
        assert surroundings(through_tunnel("ada")).distrusted_places == frozenset()
        both = surroundings(through_tunnel("ada"), through_tunnel("ben"))
        assert both.distrusted_places == {"exit"}

    def test_do_not_distrust_an_office_that_most_members_leave_by_train(self) -> None:
        # Two of fourteen teleport: under 15 % of those who pass.
        others = [work([1], (9, 10), f"laptop {i}", "exit", cell=TOKYO) for i in range(12)]
        found = surroundings(through_tunnel("ada"), through_tunnel("ben"), *others)
        assert found.distrusted_places == frozenset()

    def test_between_a_phone_at_home_and_a_computer_that_never_leaves_the_tunnel(self) -> None:
        def always(member: str) -> list[Sighting]:
            phone = FormFactor.PHONE
            return work(
                [1, 2], (9, 11), f"{member} laptop", "exit", cell=TOKYO, network_class=BUSINESS
            ) + work([1, 2], (10,), f"{member} phone", f"{member} home", form=phone)

        assert surroundings(always("ada"), always("ben")).distrusted_places == {"exit"}

    def test_into_two_cities_of_one_network_distrust_the_network(self) -> None:
        def through(member: str) -> list[Sighting]:
            return (
                through_tunnel(member)
                + work([3], (9,), f"{member} laptop", f"{member} home")
                + work(
                    [3],
                    (9.2,),
                    f"{member} laptop",
                    f"{member} exit",
                    cell=NEW_YORK if member == "ada" else BERLIN,
                    network=9,
                    network_class=BUSINESS,
                )
            )

        # Berlin is home, so only Ada's second exit is a journey; both know the first.
        assert surroundings(through("ada"), through("ben")).distrusted_networks == {9}

    def test_in_networks_of_unknown_class_say_nothing_about_the_whole_network(self) -> None:
        def through(member: str) -> list[Sighting]:
            unknown = NetworkClass.UNKNOWN
            far = NEW_YORK if member == "ada" else TOKYO
            return work([1], (9, 11), f"{member} laptop", f"{member} home") + work(
                [1],
                (9.5,),
                f"{member} laptop",
                f"{member} exit",
                cell=far,
                network=9,
                network_class=unknown,
            )

        assert surroundings(through("ada"), through("ben")).distrusted_networks == frozenset()


class TestRooms:
    def test_a_device_of_two_members_belongs_to_neither(self) -> None:
        found = surroundings(work([1], (9,), "room"), work([2], (9,), "room"))
        assert found.shared_devices == {"room"}

    def test_a_place_of_three_members_is_public(self) -> None:
        two = [work([1], (9,), f"laptop {i}", "flat") for i in range(2)]
        assert surroundings(*two).public_places == frozenset()
        three = [*two, work([1], (9,), "laptop 3", "flat")]
        assert surroundings(*three).public_places == {"flat"}


def test_the_normal_load_is_the_median_of_the_members() -> None:
    # 2, 4 and 6 slots of 5 minutes on one day each: the middle is 20 minutes x sqrt(1).
    members = [work([1], range(hours), f"laptop {hours}") for hours in (2, 4, 6)]
    assert surroundings(*members).normal_load == 20
