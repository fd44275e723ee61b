"""A case as a timeline of devices by site."""

from signals.domain.sharing.journeys import Surroundings
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.normalize import picture_of
from signals.domain.sharing.state import State
from signals.domain.sharing.timeline import Stay, timeline_of
from signals.domain.sharing.user_agents import FormFactor
from tests.unit.signals.sharing.histories import LAST_DAY, START, work

HOME = NetworkClass.RESIDENTIAL
OFFICE = NetworkClass.BUSINESS


def test_numbers_devices_and_letters_sites_in_order_of_use() -> None:
    state = State()
    state.add(
        work([0, 1], (9, 10, 11), place="office", network=2, network_class=OFFICE)
        + work([1], (18, 19), place="home")
        + work([1], (12,), device="phone", form=FormFactor.PHONE, system="ios")
    )
    monday = START.toordinal()
    # The office has 6 slots of 5 minutes in all, the home 3.
    assert timeline_of(picture_of(list(state), LAST_DAY, Surroundings())) == [
        Stay(monday, 1, FormFactor.COMPUTER, "windows", "A", OFFICE, 15),
        Stay(monday + 1, 1, FormFactor.COMPUTER, "windows", "A", OFFICE, 15),
        Stay(monday + 1, 1, FormFactor.COMPUTER, "windows", "B", HOME, 10),
        Stay(monday + 1, 2, FormFactor.PHONE, "ios", "B", HOME, 5),
    ]


def test_lettering_goes_on_after_z() -> None:
    state = State()
    state.add(
        [
            s
            for i in range(28)
            for s in work([i], (9, *range(10, 10 + (i == 27))), place=f"p{i}", network=i)
        ]
    )
    sites = [stay.site for stay in timeline_of(picture_of(list(state), LAST_DAY, Surroundings()))]
    # The last day's site is used twice, so it is A; the others follow in the order of their keys.
    assert sites[-1] == "A"
    assert set(sites) == {*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AA", "AB"}


def test_a_working_day_in_sydney_is_one_day() -> None:
    state = State()
    # 22:00 to 05:00 in UTC are nine to four o'clock of the next day there.
    state.add(work([0], range(22, 30)))
    stays = timeline_of(picture_of(list(state), LAST_DAY, Surroundings()))
    assert [(stay.day, stay.minutes) for stay in stays] == [(START.toordinal() + 1, 40)]
