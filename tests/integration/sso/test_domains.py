"""Proving domains with a real name server, and losing them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import override_settings

from accounts.models import HistoryEntry, Organization
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from sso.models import VerifiedDomain
from sso.selectors.doors import connection_for
from sso.services.domains import (
    DomainInUse,
    DomainKnown,
    DomainTaken,
    DomainUnfit,
    Rechecked,
    RecordMissing,
    add_domain,
    check_domain,
    recheck_domains,
    remove_domain,
)
from tests.integration.sso.conftest import Acme
from tests.support.name_server import NameServer, name_server
from tests.support.people import NOW, make_organization


@pytest.fixture
def names() -> Iterator[NameServer]:
    with name_server() as server, override_settings(SSO_DNS_SERVERS=[server.address]):
        yield server


def add(organization: Organization, name: str = "Acme.example") -> VerifiedDomain:
    return add_domain(organization_id=organization.pk, name=name, actor=SYSTEM, now=NOW)


def check(domain: VerifiedDomain) -> VerifiedDomain:
    return check_domain(
        organization_id=domain.organization_id, domain_id=domain.pk, actor=SYSTEM, now=NOW
    )


@pytest.mark.django_db
class TestProving:
    def test_takes_the_record_with_the_domains_own_token(self, names: NameServer) -> None:
        domain = add(make_organization("acme"))
        with pytest.raises(RecordMissing, match="no such record"):
            check(domain)
        for texts in ([], ["headroom-verification=x"]):
            names.records["acme.example"] = texts
            with pytest.raises(RecordMissing, match="no such record"):
                check(domain)
        names.records = {"acme.example": ["v=spf1 -all", domain.record]}
        assert check(domain).proven_at == NOW

    def test_waits_for_a_name_server_that_does_not_answer(self, names: NameServer) -> None:
        domain = add(make_organization("acme"))
        names.records = {"acme.example": None}
        with pytest.raises(RecordMissing, match="did not answer"):
            check(domain)

    def test_is_for_one_organization(self, names: NameServer) -> None:
        ours, theirs = add(make_organization("acme")), add(make_organization("other"))
        names.records = {"acme.example": [ours.record, theirs.record]}
        check(ours)
        with pytest.raises(DomainTaken):
            check(theirs)

    @pytest.mark.parametrize("name", ["gmail.com", "localhost", "10.0.0.1", "a b.example", ""])
    def test_refuses_what_nobody_can_prove(self, name: str) -> None:
        with pytest.raises(DomainUnfit):
            add(make_organization("acme"), name)

    def test_refuses_a_domain_that_is_in_the_list(self) -> None:
        acme = make_organization("acme")
        add(acme)
        with pytest.raises(DomainKnown):
            add(acme, "ada@ACME.example.")


@pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
class TestLookingAgain:
    def test_tells_the_admins_and_loses_the_domain_after_a_week(
        self, names: NameServer, acme: Acme
    ) -> None:
        names.records = {"example.com": ["headroom-verification=t"]}
        assert recheck_domains(now=NOW) == Rechecked(held=1)
        names.records = {"example.com": None}
        assert recheck_domains(now=NOW) == Rechecked(unanswered=1)
        names.records = {}
        assert recheck_domains(now=NOW) == Rechecked(missing=1)
        later = NOW + timedelta(days=6, hours=23)
        assert recheck_domains(now=later) == Rechecked(missing=1)
        assert connection_for("ada@example.com") is not None
        assert recheck_domains(now=NOW + timedelta(days=7)) == Rechecked(lost=1)
        assert connection_for("ada@example.com") is None
        with organization_context(acme.organization.pk):
            verbs = HistoryEntry.objects.filter(object_type="verifieddomain").values_list(
                "verb", flat=True
            )
            assert sorted(verbs) == ["domain_lost", "domain_record_missing"]

    def test_forgets_a_slip(self, names: NameServer, acme: Acme) -> None:
        recheck_domains(now=NOW)
        names.records = {"example.com": ["headroom-verification=t"]}
        recheck_domains(now=NOW + timedelta(days=1))
        names.records = {}
        assert recheck_domains(now=NOW + timedelta(days=9)) == Rechecked(missing=1)


class TestRemoving:
    def test_keeps_the_last_domain_while_single_sign_on_is_required(self, acme: Acme) -> None:
        with organization_context(acme.organization.pk):
            Organization.objects.update(sso_enforced=True)
            domain = VerifiedDomain.objects.get()
        with pytest.raises(DomainInUse):
            remove_domain(
                organization_id=acme.organization.pk, domain_id=domain.pk, actor=SYSTEM, now=NOW
            )
