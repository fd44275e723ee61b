"""Each piece of evidence, from histories small enough to count by hand."""

from signals.domain.sharing.evidence import Kind
from signals.domain.sharing.journeys import Surroundings
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.user_agents import FormFactor
from tests.unit.signals.sharing.histories import BERLIN, HAMBURG, TOKYO, evidence, work

DAYS = range(0, 28, 2)
OFFICE_HOURS = (9, 10, 11, 13, 14, 15, 16)


class TestOnePerson:
    def test_with_one_computer_at_home_contradicts_nothing(self) -> None:
        found = evidence(work(DAYS, OFFICE_HOURS))
        assert found.observations == ()
        assert (found.computers, found.phones, found.active_days) == (1, 0, 14)

    def test_who_clears_cookies_has_one_computer(self) -> None:
        found = evidence(
            [s for day in DAYS for s in work([day], OFFICE_HOURS, device=f"cookie {day}")]
        )
        assert found.computers == 1
        assert found.observations == ()

    def test_who_takes_a_laptop_to_the_parents_has_one_group_of_homes(self) -> None:
        found = evidence(
            work(range(14), OFFICE_HOURS)
            + work(range(14, 28), OFFICE_HOURS, place="parents", cell=HAMBURG, network=2)
        )
        assert found.amount(Kind.SEPARATE_HOMES) == 0

    def test_whose_one_laptop_teleports_through_a_tunnel_is_no_two_people(self) -> None:
        tunnel = NetworkClass.BUSINESS
        found = evidence(
            work(DAYS, (9, 11, 13, 14, 15))
            + work(DAYS, (10,), place="exit", cell=TOKYO, network=9, network_class=tunnel)
            + work(DAYS, (10.1,), device="phone", form=FormFactor.PHONE, system="ios")
        )
        # The exit is the less used end, so nothing is said about the phone's hop from there.
        assert found.amount(Kind.IMPOSSIBLE_HOPS) == 0

    def test_who_got_a_new_machine_and_a_new_phone_has_one_of_each(self) -> None:
        phone = FormFactor.PHONE
        found = evidence(
            work(range(14), OFFICE_HOURS)
            + work(range(14, 28), OFFICE_HOURS, device="new", system="macos")
            + work(range(14), (12,), device="old phone", form=phone, system="android")
            + work(range(14, 28), (12,), device="new phone", form=phone, system="ios")
        )
        assert (found.computers, found.phones) == (1, 1)
        assert found.amount(Kind.EXTRA_COMPUTERS) == found.amount(Kind.EXTRA_PHONES) == 0

    def test_with_a_tab_that_polls_all_night_works_by_day_only(self) -> None:
        # 00:00 to 05:55 without a pause are six hours of polling.
        night = [step / 12 for step in range(72)]
        found = evidence(work(DAYS, OFFICE_HOURS) + work(DAYS, night))
        assert found.amount(Kind.LONG_HOURS) == 0

    def test_who_used_the_meeting_rooms_computer_has_no_second_one(self) -> None:
        room = Surroundings(shared_devices=frozenset({"room"}))
        events = work(DAYS, OFFICE_HOURS) + work(DAYS, (12,), device="room", system="linux")
        assert evidence(events).amount(Kind.EXTRA_COMPUTERS) == 1
        assert evidence(events, room).observations == ()

    def test_who_took_over_the_seat_lives_in_another_home_but_not_in_the_same_weeks(self) -> None:
        found = evidence(
            work(range(14), OFFICE_HOURS)
            + work(range(14, 28), OFFICE_HOURS, device="new", place="new home", network=2)
        )
        assert found.observations == ()

    def test_who_takes_a_second_laptop_on_one_journey_switches_homes_once(self) -> None:
        found = evidence(
            work([*range(10), *range(14, 28)], OFFICE_HOURS)
            + work(range(10, 14), OFFICE_HOURS, "travel", "hotel", network=2, cell=HAMBURG)
        )
        assert found.amount(Kind.SEPARATE_HOMES) == 1
        # There and back are the two changes that one journey makes.
        assert found.amount(Kind.HOME_SWITCHES) == 0

    def test_who_works_in_a_cafe_does_not_live_there(self) -> None:
        events = work(DAYS, OFFICE_HOURS) + work(DAYS, (18,), "tablet", "cafe", network=2)
        cafe = Surroundings(public_places=frozenset({"cafe"}))
        assert evidence(events).amount(Kind.SEPARATE_HOMES) == 1
        assert evidence(events, cafe).amount(Kind.SEPARATE_HOMES) == 0

    def test_with_private_windows_has_one_computer_everywhere(self) -> None:
        windows = [
            s
            for day in DAYS
            for s in work([day], (18, 19), f"private {day}", "cafe", network=2)
            + work([day], (9, 20), f"other {day}")
        ]
        assert evidence(work(DAYS, OFFICE_HOURS) + windows).observations == ()

    def test_with_an_old_and_a_new_prefix_on_the_same_days_has_one_home(self) -> None:
        # The database puts the second prefix of the line into another city.
        found = evidence(
            work(DAYS, (9, 11, 13))
            + work(DAYS, (10, 12), place="home v6", cell=HAMBURG)
            + work(DAYS, (18,), "tablet", "home v6", cell=HAMBURG, form=FormFactor.TABLET)
        )
        assert found.observations == ()

    def test_with_a_remote_desktop_in_a_data_center_has_one_computer(self) -> None:
        center = NetworkClass.HOSTING
        found = evidence(
            work(DAYS, OFFICE_HOURS)
            + work(DAYS, (12,), device="desk", place="center", network=9, network_class=center)
        )
        assert found.observations == ()


class TestTwoPeople:
    def test_whose_company_leaves_through_a_data_center_still_have_two_computers(self) -> None:
        center = NetworkClass.HOSTING
        found = evidence(
            work(DAYS, (9, 10), place="center", network_class=center)
            + work(DAYS, (11, 12), device="other", place="center", network_class=center)
        )
        assert found.amount(Kind.EXTRA_COMPUTERS) == 1

    def test_in_two_homes_are_apart(self) -> None:
        found = evidence(
            work(DAYS, OFFICE_HOURS)
            + work(DAYS, OFFICE_HOURS, device="other", place="other home", network=2)
        )
        assert found.amount(Kind.SEPARATE_HOMES) == 1
        assert found.amount(Kind.HOME_DAYS) == 14
        # Both work at the same minutes at two homes, on all 14 days.
        assert found.amount(Kind.TWO_SITES_AT_ONCE) == 14

    def test_who_take_turns_day_by_day_change_homes_each_time(self) -> None:
        # 28 days in turns are 27 changes, two of which one journey would make.
        found = evidence(
            work(DAYS, OFFICE_HOURS)
            + work(range(1, 28, 2), OFFICE_HOURS, "other", "other home", network=2)
        )
        assert found.amount(Kind.HOME_SWITCHES) == 25

    def test_in_one_home_are_not_apart(self) -> None:
        found = evidence(work(DAYS, OFFICE_HOURS) + work(DAYS, OFFICE_HOURS, device="other"))
        assert found.amount(Kind.SEPARATE_HOMES) == 0
        assert found.amount(Kind.EXTRA_COMPUTERS) == 1

    def test_in_two_cities_make_a_distant_pair_and_hops(self) -> None:
        found = evidence(
            work(DAYS, (9, 11, 13))
            + work(DAYS, (10, 12, 14), device="other", place="far", cell=TOKYO, network=2)
        )
        assert found.amount(Kind.DISTANT_PAIRS) == 1
        assert found.amount(Kind.IMPOSSIBLE_HOPS) == 14
        # A-B-A within two hours, and 9 > 10 > 11 > ... are five turns.
        assert found.amount(Kind.RETURNS) == found.amount(Kind.TURNS) == 14

    def test_on_a_data_centers_network_make_no_distance(self) -> None:
        hosting = NetworkClass.HOSTING
        found = evidence(
            work(DAYS, (9, 11, 13), network_class=hosting, place="exit 1")
            + work(DAYS, (10, 12), place="exit 2", network_class=hosting)
            + work(DAYS, (10, 12, 14), "other", "exit 3", network_class=hosting, cell=TOKYO)
        )
        assert found.amount(Kind.DISTANT_PAIRS) == found.amount(Kind.IMPOSSIBLE_HOPS) == 0

    def test_in_shifts_use_many_hours_of_the_day(self) -> None:
        # 0 to 15 o'clock are sixteen hours, four beyond twelve; the second computer works
        # alone on the odd days, of which the last is after the first computer's last day.
        found = evidence(
            work(DAYS, range(8))
            + work(range(1, 28, 2), range(8, 16), device="other", system="macos")
        )
        assert found.amount(Kind.LONG_HOURS) == 4
        assert found.amount(Kind.SECOND_ALONE) == 13

    def test_with_two_phones_have_an_extra_one(self) -> None:
        phone = FormFactor.PHONE
        found = evidence(
            work(DAYS, OFFICE_HOURS)
            + work(DAYS, (12,), device="a", form=phone, system="ios")
            + work(DAYS, (12,), device="b", form=phone, system="android")
        )
        assert found.amount(Kind.EXTRA_PHONES) == 1

    def test_who_work_twice_as_much_as_others_carry_a_load(self) -> None:
        # 7 slots a day on 14 days: 35 minutes x sqrt(14); the norm is half of that.
        norm = Surroundings(normal_load=35 * 14**0.5 / 2)
        found = evidence(work(DAYS, OFFICE_HOURS), norm)
        assert round(found.amount(Kind.LOAD), 4) == 0.6931  # ln 2


def test_the_cells_of_the_cities_are_where_they_belong() -> None:
    assert BERLIN == (105, 26)
