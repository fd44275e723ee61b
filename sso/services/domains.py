"""Domains: added, proven by a TXT record, looked at every day, lost after a week without it."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import SYSTEM, Actor, record
from accounts.tenancy import organization_context
from sso.domain.domains import (
    GRACE,
    UnfitDomain,
    is_lost,
    is_proven_by,
    normalized_domain,
)
from sso.gateways.dns import NoAnswer, txt_records
from sso.models import VerifiedDomain
from sso.services import mails


class DomainUnfit(DomainError):
    """A name that no organization can prove."""

    code: ClassVar[str] = "domain_unfit"
    status: ClassVar[int] = 400
    field: ClassVar[str] = "name"


class DomainKnown(DomainError):
    """The organization has the domain in its list already."""

    code: ClassVar[str] = "domain_known"
    field: ClassVar[str] = "name"


class DomainTaken(DomainError):
    """Another organization has proven the domain."""

    code: ClassVar[str] = "domain_taken"


class RecordMissing(DomainError):
    """The TXT record is not there, or the name servers did not answer."""

    code: ClassVar[str] = "record_missing"


class DomainInUse(DomainError):
    """Single sign-on is required, and this is the last domain that it is required of."""

    code: ClassVar[str] = "domain_in_use"


def add_domain(*, organization_id: int, name: str, actor: Actor, now: datetime) -> VerifiedDomain:
    """Put a domain into the list, to be proven. Raises DomainUnfit, DomainKnown."""
    try:
        name = normalized_domain(name)
    except UnfitDomain as error:
        if str(error) == "public":
            raise DomainUnfit(
                _("Everybody can have an address there. Add a domain of your organization.")
            ) from error
        raise DomainUnfit(_("Write a domain, such as example.com.")) from error
    with organization_context(organization_id, user_id=actor.user_id):
        try:
            with transaction.atomic():
                domain = VerifiedDomain.objects.create(
                    organization_id=organization_id,
                    name=name,
                    token=secrets.token_hex(20),
                    created_at=now,
                    created_by_id=actor.user_id,
                )
        except IntegrityError as error:
            raise DomainKnown(_("%(name)s is in the list already.") % {"name": name}) from error
        _record(domain, "domain_added", actor=actor, now=now)
        return domain


def check_domain(
    *, organization_id: int, domain_id: int, actor: Actor, now: datetime
) -> VerifiedDomain:
    """Look for the record and prove the domain by it.

    Asks name servers: not inside of a transaction. Raises RecordMissing, DomainTaken,
    VerifiedDomain.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        domain = VerifiedDomain.objects.get(pk=domain_id)
    try:
        found = is_proven_by(txt_records(domain.name), domain.token)
    except NoAnswer as error:
        raise RecordMissing(
            _("The name servers of %(name)s did not answer. Try again in a moment.")
            % {"name": domain.name}
        ) from error
    with organization_context(organization_id, user_id=actor.user_id):
        domain = VerifiedDomain.objects.select_for_update(no_key=True).get(pk=domain_id)
        domain.checked_at = now
        if not found:
            domain.save(update_fields=["checked_at"])
        else:
            _prove(domain, actor=actor, now=now)
    if not found:
        raise RecordMissing(
            _(
                "%(name)s has no such record yet. Name servers can take an hour to show a new one; "
                "check its name and value, then press “Check” again."
            )
            % {"name": domain.name}
        )
    return domain


def _prove(domain: VerifiedDomain, *, actor: Actor, now: datetime) -> None:
    was_proven = domain.proven_at is not None
    domain.proven_at, domain.failing_since = domain.proven_at or now, None
    try:
        with transaction.atomic():
            domain.save(update_fields=["proven_at", "failing_since", "checked_at"])
    except IntegrityError as error:
        raise DomainTaken(
            _(
                "Another organization has proven %(name)s. If that is a mistake, write to support: "
                "a domain belongs to one organization."
            )
            % {"name": domain.name}
        ) from error
    if not was_proven:
        _record(domain, "domain_proven", actor=actor, now=now)


def remove_domain(*, organization_id: int, domain_id: int, actor: Actor, now: datetime) -> str:
    """Take a domain out of the list; return its name.

    Raises DomainInUse, VerifiedDomain.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        organization = Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
        domain = VerifiedDomain.objects.get(pk=domain_id)
        others = VerifiedDomain.objects.filter(proven_at__isnull=False).exclude(pk=domain_id)
        if organization.sso_enforced and domain.proven_at is not None and not others.exists():
            raise DomainInUse(
                _("Single sign-on is required for people of this domain. Stop requiring it first.")
            )
        _record(domain, "domain_removed", actor=actor, now=now)
        name = domain.name
        domain.delete()
        return name


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What a run found."""

    held: int = 0
    missing: int = 0
    lost: int = 0
    unanswered: int = 0


def recheck_domains(*, now: datetime) -> Rechecked:
    """Look at every proven domain again, each in its organization and outside of a transaction.

    A record that is missing is told to the admins at once; the domain counts for a week more. Name
    servers that do not answer change nothing.
    """
    found = {"held": 0, "missing": 0, "lost": 0, "unanswered": 0}
    proven = VerifiedDomain.objects.using("pipeline").filter(proven_at__isnull=False)
    for organization_id, domain_id, name, token in list(
        proven.order_by("pk").values_list("organization_id", "pk", "name", "token")
    ):
        try:
            is_there = is_proven_by(txt_records(name), token)
        except NoAnswer:
            found["unanswered"] += 1
            continue
        found[_note(organization_id, domain_id, is_there=is_there, now=now)] += 1
    return Rechecked(**found)


def _note(organization_id: int, domain_id: int, *, is_there: bool, now: datetime) -> str:
    with organization_context(organization_id):
        domain = (
            VerifiedDomain.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk=domain_id, proven_at__isnull=False)
            .first()
        )
        if domain is None:
            return "held"
        domain.checked_at = now
        if is_there:
            domain.failing_since = None
            domain.save(update_fields=["checked_at", "failing_since"])
            return "held"
        if is_lost(failing_since=domain.failing_since, now=now):
            domain.proven_at = domain.failing_since = None
            domain.save(update_fields=["checked_at", "failing_since", "proven_at"])
            _record(domain, "domain_lost", actor=SYSTEM, now=now)
            mails.tell_admins(
                organization_id=organization_id,
                template="domain_lost",
                context={"domain": domain.name},
            )
            return "lost"
        if domain.failing_since is None:
            domain.failing_since = now
            _record(domain, "domain_record_missing", actor=SYSTEM, now=now)
            mails.tell_admins(
                organization_id=organization_id,
                template="domain_failing",
                context={
                    "domain": domain.name,
                    "record": domain.record,
                    "until": now + GRACE,
                },
            )
        domain.save(update_fields=["checked_at", "failing_since"])
        return "missing"


def _record(domain: VerifiedDomain, verb: str, *, actor: Actor, now: datetime) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=domain,
        organization_id=domain.organization_id,
        now=now,
    )
