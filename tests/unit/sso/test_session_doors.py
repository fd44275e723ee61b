"""Which sessions open an organization's pages."""

import pytest

from sso.domain.doors import Door, Marks, door, may_break_glass

ACME, OTHER = 1, 2
NONE = Marks()
ALONE = Marks().with_opened(ACME, is_alone=True)
BOTH = Marks().with_opened(ACME, is_alone=False)


class TestADoor:
    @pytest.mark.parametrize(
        ("marks", "organization", "is_enforced", "found"),
        [
            (NONE, ACME, False, Door.OPEN),
            (NONE, ACME, True, Door.ASK_SSO),
            (ALONE, ACME, True, Door.OPEN),
            (ALONE, ACME, False, Door.OPEN),
            (ALONE, OTHER, False, Door.ASK_OWN),
            (ALONE, OTHER, True, Door.ASK_OWN),
            (BOTH, ACME, True, Door.OPEN),
            (BOTH, OTHER, False, Door.OPEN),
            (BOTH, OTHER, True, Door.ASK_SSO),
            (NONE.with_emergency(ACME), ACME, True, Door.OPEN),
            (NONE.with_emergency(ACME), OTHER, True, Door.ASK_SSO),
        ],
    )
    def test_opens_to_its_own_sign_in(
        self, marks: Marks, organization: int, is_enforced: bool, found: Door
    ) -> None:
        assert door(marks, organization_id=organization, is_enforced=is_enforced) is found

    def test_remembers_through_the_session(self) -> None:
        marks = ALONE.with_emergency(OTHER)
        assert Marks.read(marks.stored()) == marks
        assert Marks.read(None) == Marks.read("nonsense") == NONE


class TestAnEmergency:
    @pytest.mark.parametrize("is_owner", [True, False])
    @pytest.mark.parametrize("has_second_factor", [True, False])
    @pytest.mark.parametrize("is_alone", [True, False])
    def test_is_for_owners_with_a_second_factor_of_their_own(
        self, is_owner: bool, has_second_factor: bool, is_alone: bool
    ) -> None:
        allowed = may_break_glass(
            is_owner=is_owner, has_second_factor=has_second_factor, is_alone=is_alone
        )
        assert allowed is (is_owner and has_second_factor and not is_alone)
