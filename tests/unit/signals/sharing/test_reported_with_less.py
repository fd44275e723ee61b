"""What is drawn from events that do not name the device, its agent, or the network."""

from dataclasses import replace
from typing import Any

from signals.domain.sharing.capture import RawEvent, sighting_of
from signals.domain.sharing.events import Sighting
from signals.domain.sharing.evidence import Kind
from signals.domain.sharing.keys import FAMILY, is_family, key_of
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.user_agents import FormFactor
from tests.unit.signals.sharing.histories import HAMBURG, evidence, work

DAYS = range(0, 28, 2)
OFFICE_HOURS = (9, 10, 11, 13, 14, 15, 16)
FAMILY_KEY = key_of(b"s" * 32, FAMILY, "agent ben computer/windows/chrome")
# Neither a class of the network nor its number.
NO_NETWORK: Any = {"network_class": NetworkClass.UNKNOWN, "network": -1}
THERE: Any = {"place": "elsewhere", "cell": HAMBURG, **NO_NETWORK}


def _two_homes() -> list[Sighting]:
    return work(DAYS, (9, 10, 11)) + work(
        DAYS, (13, 14, 15), device="other", place="elsewhere", cell=HAMBURG, network=2
    )


class TestWithoutDeviceIds:
    def test_the_key_shows_that_it_stands_for_a_family(self) -> None:
        event = RawEvent("ben", work([0], [9])[0].at, "", "203.0.113.7", "Windows NT Chrome/150")
        unnamed = sighting_of(event, b"s" * 32)
        named = sighting_of(replace(event, device_id="cookie"), b"s" * 32)
        assert unnamed is not None
        assert named is not None
        assert is_family(unnamed.device)
        assert not is_family(named.device)
        assert len(unnamed.device) == len(named.device) == 32

    def test_now_and_then_one_person_has_no_second_computer(self) -> None:
        # At home with the id, and on the same days elsewhere without it: nobody knows which.
        found = evidence(
            work(DAYS, (9, 11, 14))
            + work(DAYS, (10, 13, 15), device=FAMILY_KEY, place="elsewhere", network=2)
        )
        assert found.observations == ()
        assert found.computers == 1

    def test_anywhere_the_agents_family_is_one_device(self) -> None:
        found = evidence(work(DAYS, OFFICE_HOURS, device=FAMILY_KEY))
        assert (found.computers, found.active_days) == (1, 14)

    def test_two_people_of_two_families_are_told_apart(self) -> None:
        other = key_of(b"s" * 32, FAMILY, "agent ben computer/macos/safari")
        found = evidence(
            work(DAYS, (9, 10, 11), device=FAMILY_KEY)
            + work(DAYS, (13, 14), device=other, system="macos", place="elsewhere", network=2)
        )
        assert found.amount(Kind.SEPARATE_HOMES) == 1


class TestWithoutAgents:
    def test_two_homes_are_seen_and_computers_are_not_counted(self) -> None:
        unknown: Any = {"form": FormFactor.OTHER, "system": "other", "browser": "other"}
        found = evidence([replace(sighting, **unknown) for sighting in _two_homes()])
        assert found.amount(Kind.SEPARATE_HOMES) == 1
        assert (found.computers, found.phones) == (0, 0)

    def test_a_program_says_nothing(self) -> None:
        program: Any = {"form": FormFactor.OTHER, "browser": "program"}
        assert evidence([replace(s, **program) for s in _two_homes()]).observations == ()


class TestWithoutNetworks:
    laptop = work(DAYS, (9, 10), **NO_NETWORK) + work(DAYS, (12,), place="office", **NO_NETWORK)
    machine = work(DAYS, (14, 15), device="other", **THERE)

    def test_a_machine_alone_at_one_place_may_be_a_remote_desktop(self) -> None:
        found = evidence(self.laptop + self.machine)
        assert found.computers == 1
        assert found.amount(Kind.SEPARATE_HOMES) == 0

    def test_a_machine_that_moves_or_has_company_there_is_no_remote_desktop(self) -> None:
        phone = work(DAYS, (16,), device="phone", form=FormFactor.PHONE, system="ios", **THERE)
        cafe = work([1, 3], (14,), device="other", place="cafe", **NO_NETWORK)
        for more in (phone, cafe):
            found = evidence(self.laptop + self.machine + more)
            assert found.computers == 2
            assert found.amount(Kind.SEPARATE_HOMES) == 1
