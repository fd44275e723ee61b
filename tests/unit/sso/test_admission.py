"""Who comes in: a provider speaks for the domains of its own organization alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso.domain.admission import Account, Admission, Known, Refusal, admit
from sso.domain.claims import EMAIL, Asserted, ClaimNames, read_claims
from sso.domain.domains import domain_of

PROVEN = {"acme.example"}
ADA = Asserted(subject="1", email="ada@acme.example")

addresses = st.sampled_from(
    ["ada@acme.example", "ada@other.example", "ada@sub.acme.example", "ada@gmail.com", "ada", ""]
)


class TestAdmission:
    @pytest.mark.parametrize(
        ("known", "decision"),
        [
            (Known(), Admission.ENTER),
            (Known(has_joined=False), Admission.JOIN),
            (Known(is_deactivated=True), Refusal.DEACTIVATED),
            (None, Admission.CREATE),
        ],
    )
    def test_is_decided_by_the_list_of_people(
        self, known: Known | None, decision: Admission | Refusal
    ) -> None:
        found = admit(ADA, proven_domains=PROVEN, known=known, account=None, creates_members=True)
        assert found is decision

    def test_makes_nobody_a_member_where_only_the_list_comes_in(self) -> None:
        decide = {"proven_domains": PROVEN, "account": None, "creates_members": False}
        assert admit(ADA, known=None, **decide) is Refusal.NOT_A_MEMBER  # type: ignore[arg-type]
        joined = admit(ADA, known=Known(has_joined=False), **decide)  # type: ignore[arg-type]
        assert joined is Admission.JOIN

    @given(
        asserted=st.builds(
            Asserted,
            subject=st.sampled_from(["", "1"]),
            email=addresses,
            address_is_doubted=st.booleans(),
        ),
        known=st.none() | st.builds(Known, st.booleans(), st.booleans()),
        account=st.none() | st.builds(Account, addresses, st.booleans(), st.booleans()),
        creates_members=st.booleans(),
    )
    def test_never_opens_an_account_outside_of_the_proven_domains(
        self,
        asserted: Asserted,
        known: Known | None,
        account: Account | None,
        creates_members: bool,
    ) -> None:
        found = admit(
            asserted,
            proven_domains=PROVEN,
            known=known,
            account=account,
            creates_members=creates_members,
        )
        if isinstance(found, Admission):
            assert domain_of(asserted.email) in PROVEN
            assert not asserted.address_is_doubted
            assert asserted.subject
            if account is not None:
                assert domain_of(account.email) in PROVEN
                assert account.is_active
                assert not account.is_vendor_staff
            assert known is None or not known.is_deactivated


class TestClaims:
    def test_are_read_by_their_usual_names_or_the_organizations_own(self) -> None:
        saml = {
            EMAIL[-1]: "Ada@Acme.example",
            "givenName": "Ada",
            "sn": "Berg",
            "team": ["Sales", "EMEA"],
        }
        read = read_claims("1", saml, ClaimNames(department="team"))
        assert (read.email, read.name, read.department) == ("ada@acme.example", "Ada Berg", "Sales")
        assert read.claims["team"] == "Sales, EMEA"

    def test_that_are_named_replace_the_usual_ones_and_fall_back_to_none(self) -> None:
        claims = {"email": "ada@acme.example", "upn": "a.berg@acme.example"}
        assert read_claims("1", claims, ClaimNames(email="upn")).email == "a.berg@acme.example"
        assert read_claims("1", claims, ClaimNames(email="mail")).email == ""

    def test_are_tidied(self) -> None:
        read = read_claims("1", {"name": " Ada\x00\n Berg ", "title": "x" * 400}, ClaimNames())
        assert (read.name, len(read.title)) == ("Ada Berg", 150)
