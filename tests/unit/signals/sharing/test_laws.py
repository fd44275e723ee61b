"""What must hold for every history: nothing that delivery does may change a probability."""

from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from signals.domain.sharing.events import Sighting
from signals.domain.sharing.evidence import Evidence, Kind, Observation
from signals.domain.sharing.model import FITTED, score_of
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.normalize import days_of, without_polling
from signals.domain.sharing.scoring import scores_on
from signals.domain.sharing.state import SLOTS_PER_DAY, State
from signals.domain.sharing.user_agents import FormFactor
from tests.unit.signals.sharing.histories import BERLIN, HAMBURG, LAST_DAY, START, TOKYO, work

PLACES = {
    "home": (BERLIN, 1, NetworkClass.RESIDENTIAL),
    "friend": (HAMBURG, 2, NetworkClass.RESIDENTIAL),
    "office": (BERLIN, 3, NetworkClass.BUSINESS),
    "exit": (TOKYO, 4, NetworkClass.HOSTING),
}
DEVICES = {
    "laptop": (FormFactor.COMPUTER, "windows"),
    "desktop": (FormFactor.COMPUTER, "windows"),
    "phone": (FormFactor.PHONE, "ios"),
}


def _sightings(draw: tuple[str, str, str, int, int]) -> list[Sighting]:
    member, device, place, day, minute = draw
    cell, network, network_class = PLACES[place]
    form, system = DEVICES[device]
    return work(
        [day],
        [minute / 60],
        f"{member} {device}",
        place,
        cell=cell,
        network=network,
        network_class=network_class,
        form=form,
        system=system,
        member=member,
    )


events = st.tuples(
    st.sampled_from(["ada", "ben"]),
    st.sampled_from(sorted(DEVICES)),
    st.sampled_from(sorted(PLACES)),
    st.integers(0, 27),
    st.integers(0, 1439),
).map(_sightings)
histories = st.lists(events, min_size=20, max_size=120).map(
    lambda many: [s for one in many for s in one]
)


def probabilities(state: State) -> dict[str, float | None]:
    scores = scores_on(state.by_member(), LAST_DAY)
    return {member: scores[member].probability for member in sorted(scores)}


def kept(*batches: list[Sighting]) -> State:
    state = State()
    for batch in batches:
        state.add(batch)
    return state


class TestDelivery:
    @settings(max_examples=20, deadline=None)
    @given(histories, st.randoms(use_true_random=False), st.integers(0, 120))
    def test_duplicates_replays_order_batches_and_workers_change_nothing(
        self, history: list[Sighting], random: Random, cut: int
    ) -> None:
        plain = probabilities(kept(history))
        shuffled = list(history)
        random.shuffle(shuffled)
        assert probabilities(kept(shuffled, history[:cut], history)) == plain
        one, other = kept(shuffled[:cut]), kept(shuffled[cut // 2 :])
        one.absorb(other)
        other.absorb(one)
        assert probabilities(one) == probabilities(other) == plain

    @settings(max_examples=10, deadline=None)
    @given(histories, st.randoms(use_true_random=False))
    def test_events_that_swap_places_within_five_minutes_change_nothing(
        self, history: list[Sighting], random: Random
    ) -> None:
        late = sorted(
            history,
            key=lambda s: s.at + timedelta(seconds=random.randint(0, 300)),
        )
        assert probabilities(kept(late)) == probabilities(kept(history))

    @settings(max_examples=10, deadline=None)
    @given(histories)
    def test_rows_older_than_the_window_change_nothing_but_the_length_of_history(
        self, history: list[Sighting]
    ) -> None:
        long_ago = START - timedelta(days=400)
        state = kept(history)
        plain = {m: list(r) for m, r in state.by_member().items()}
        state.forget_before(long_ago.toordinal())
        assert state.by_member() == plain


amounts = st.floats(0, 40)
evidences = st.dictionaries(st.sampled_from(Kind), amounts)


def told(found: dict[Kind, float]) -> Evidence:
    return Evidence(tuple(Observation(k, v) for k, v in found.items()), 1, 1, 20, 28)


class TestModel:
    @given(evidences, st.sampled_from(Kind), amounts)
    def test_more_evidence_never_lowers_the_probability(
        self, found: dict[Kind, float], kind: Kind, more: float
    ) -> None:
        greater = {**found, kind: found.get(kind, 0.0) + more}
        before, after = score_of(told(found)), score_of(told(greater))
        assert before.probability is not None
        assert after.probability is not None
        assert after.probability >= before.probability
        assert after.about >= before.about

    @given(evidences)
    def test_no_contribution_is_negative(self, found: dict[Kind, float]) -> None:
        assert all(part >= 0 for part in score_of(told(found)).contributions.values())
        assert all(weight.weight >= 0 for weight in FITTED.weights.values())


class TestSlots:
    @given(st.sets(st.integers(0, 28 * SLOTS_PER_DAY - 1), max_size=40))
    def test_days_are_those_of_the_slots(self, slots: set[int]) -> None:
        bits = sum(1 << slot for slot in slots)
        assert days_of(bits) == {slot // SLOTS_PER_DAY for slot in slots}

    @given(st.lists(st.tuples(st.integers(1, 80), st.integers(1, 12)), max_size=20))
    def test_polling_is_every_run_of_54_slots_without_a_pause_of_four(
        self, runs: list[tuple[int, int]]
    ) -> None:
        # The long way round: list the set slots, split where four or more are empty between.
        bits = at = 0
        for length, pause in runs:
            bits |= ((1 << length) - 1) << at
            at += length + pause
        kept_slots, run = set[int](), list[int]()
        for slot in [n for n in range(at + 1) if bits >> n & 1] + [at + 1000]:
            if run and slot - run[-1] > 4:
                kept_slots |= set(run) if run[-1] - run[0] + 1 < 54 else set()
                run = []
            run.append(slot)
        assert without_polling(bits) == sum(1 << slot for slot in kept_slots)
