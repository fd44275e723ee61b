"""Who may call a view: every view declares its access, and `AccessControl` denies the others.

An organization's page runs inside the organization's tenancy context, a staff page inside the
staff context of the person's role. Another organization answers 404, a missing permission 403.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, cast

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts import replica, tenancy
from accounts.domain.recency import Recent
from accounts.domain.roles import (
    STAFF_SCOPES,
    SUPPORT_CHANGES,
    Permission,
    StaffScope,
    VendorRole,
    may,
    support_permissions,
)
from accounts.models import Membership, Organization, SupportAccess, User
from accounts.services.history import acting_for, record_staff_access
from accounts.services.support import live_support

View = Callable[..., HttpResponseBase]


class AccessKind(StrEnum):
    """Who a view is for."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    ORGANIZATION = "organization"
    VENDOR = "vendor"


@dataclass(frozen=True, slots=True)
class Access:
    """The declaration that a view carries as its attribute `access`."""

    kind: AccessKind
    permission: Permission | None = None
    recent: Recent | None = None
    narrows: bool = False


class UserRequest(HttpRequest):
    """A request of a signed-in user."""

    user: User


class OrganizationRequest(UserRequest):
    """A request inside an organization; `support` is set where the vendor acts there."""

    organization: Organization
    membership: Membership
    may: Callable[[Permission], bool]
    asked: Permission  # what the page asks for
    support: SupportAccess
    recent: Recent | None  # the recent proof of who the person is that the page asks for


class VendorRequest(UserRequest):
    """A request of the vendor's staff."""

    vendor_role: VendorRole
    asked: Permission  # what the page asks for
    recent: Recent | None  # the recent proof of who the person is that the page asks for


type Gate = Callable[[OrganizationRequest], HttpResponseBase | None]
type VendorGate = Callable[[VendorRequest], HttpResponseBase | None]
_gates: list[Gate] = []
_vendor_gates: list[VendorGate] = []


def add_gate(gate: Gate) -> None:
    """Have `gate` asked before every page of an organization; its answer, if any, is the page's.

    It is asked when the permission is there, outside of the tenancy context: a gate that reads the
    organization's rows enters it. Registering one twice counts once.
    """
    if gate not in _gates:
        _gates.append(gate)


def add_vendor_gate(gate: VendorGate) -> None:
    """Have `gate` asked before every page of the vendor's staff, as `add_gate`."""
    if gate not in _vendor_gates:
        _vendor_gates.append(gate)


def _first_answer[R](
    gates: Iterable[Callable[[R], HttpResponseBase | None]], request: R
) -> HttpResponseBase | None:
    return next((answer for gate in gates if (answer := gate(request)) is not None), None)


def declare(view: View, access: Access) -> View:
    """Attach `access` to a view."""
    view.access = access  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Declare a view that anyone may call."""
    return declare(login_not_required(view), Access(AccessKind.PUBLIC))


def signed_in(view: View) -> View:
    """Declare a view that every signed-in user may call."""
    return declare(view, Access(AccessKind.SIGNED_IN))


_facts: dict[str, Callable[[], Any]] = {}


def add_to_membership(name: str, expression: Callable[[], Any]) -> None:
    """Have the reader's membership carry `name`, read with it in one query.

    It is read where a user sees no more than their own memberships and organizations.
    """
    _facts[name] = expression


def current_membership(user: User, slug: str) -> tuple[Organization, Membership]:
    """Return the organization at `slug` and the user's live membership in it, or raise Http404."""
    with tenancy.user_context(user.pk):
        membership = (
            Membership.objects.select_related("organization", "custom_role")
            .filter(organization__slug=slug, user=user, state=Membership.State.ACTIVE)
            .annotate(**{name: expression() for name, expression in _facts.items()})
            .first()
        )
    if membership is None:
        raise Http404("No such organization")
    return membership.organization, membership


def _read(
    request: HttpRequest,
    read: Callable[[], HttpResponseBase],
    *,
    from_replica: bool,
) -> HttpResponseBase:
    """Answer with `read`, from the replica if the page and the person may; else from the primary.

    A replica that ends, or cancels the query because rows of it went away, leaves the page to the
    primary: what only reads may be done twice.
    """
    if from_replica and replica.may_serve(request):
        try:
            with replica.reads_from(replica.REPLICA):
                return read()
        except (OperationalError, InterfaceError):
            structlog.get_logger(__name__).warning("replica_failed", exc_info=True)
            replica.watch.rest()
    return read()


def _acting_membership(support: SupportAccess) -> tuple[Organization, Membership]:
    """Return the organization that let support in, and whom it acts for, with what it was lent."""
    with tenancy.organization_context(support.organization_id):
        membership = (
            Membership.objects.select_related("organization", "custom_role")
            .filter(pk=support.consented_by_id or 0, state=Membership.State.ACTIVE)
            .first()
        )
    if membership is None:
        raise Http404("No such organization")
    membership.lent = support_permissions(may_change=support.may_change)
    return membership.organization, membership


def _open_to_support(request: HttpRequest, kwargs: dict[str, Any]) -> bool:
    """Tell whether support may make a request at all; what is a file by its address is not made."""
    return "format" not in kwargs and not request.path.endswith((".pdf", ".xlsx", "/file/"))


def _require_page(answer: HttpResponseBase) -> None:
    """Raise PermissionDenied for support where the answer is no page: no file leaves."""
    kind = answer.headers.get("Content-Type", "text/html").partition(";")[0]
    if "Content-Disposition" in answer.headers or kind != "text/html":
        raise PermissionDenied


# How addresses, and fields of forms, name a person.
_NAMES_OF_PEOPLE = ("person_id", "person", "to")


def _require_in_reach(
    request: OrganizationRequest, departments: frozenset[int], kwargs: dict[str, Any]
) -> None:
    """Raise Http404 if the request names a person whom the reader does not reach."""
    named = {str(kwargs[name]) for name in _NAMES_OF_PEOPLE if name in kwargs}
    for sent in (request.GET, request.POST):
        for name in _NAMES_OF_PEOPLE:
            named.update(sent.getlist(name))
    ids = {int(one) for one in named if one.isascii() and one.isdigit() and len(one) < 19}
    if not ids:
        return
    with tenancy.organization_context(
        request.organization.pk, user_id=request.user.pk, departments=departments
    ):
        if Membership.objects.filter(pk__in=ids).count() < len(ids):
            raise Http404("No such person")


def organization_page(
    permission: Permission,
    *,
    recent: Recent | None = None,
    transaction: bool = True,
    from_replica: bool = False,
    narrows: bool = False,
) -> Callable[[Callable[Concatenate[OrganizationRequest, ...], HttpResponseBase]], View]:
    """Declare a page under `/o/<slug>/` that asks for `permission`.

    `recent` asks for a proof of who the person is that is not old, before anything is written (or,
    for exports, read): whoever proved it too long ago does so again and goes on where they were.

    With `transaction=False` the view commits by itself (it talks to Stripe between commits) and
    its services enter the tenancy context. `from_replica` is for pages that only read, and may be
    some seconds old: another's change shows that much later, one's own at once. A page that shows
    people and says `narrows` is open to those who reach some departments only: it reads through
    models that row security narrows, and a person elsewhere whom the request names answers 404.
    """

    def decorate(view: Callable[Concatenate[OrganizationRequest, ...], HttpResponseBase]) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = cast(User, request.user)
            support: SupportAccess | None = None
            try:
                organization, membership = current_membership(user, slug)
            except Http404:
                support = live_support(user=user, slug=slug, now=timezone.now())
                if support is None:
                    raise
                organization, membership = _acting_membership(support)
                if not _open_to_support(request, kwargs):
                    raise PermissionDenied from None
            powers = membership.powers
            inside = cast(OrganizationRequest, request)
            inside.organization = organization
            inside.membership = membership
            inside.may = powers.may
            structlog.contextvars.bind_contextvars(organization_id=organization.pk)
            inside.asked = permission
            inside.recent = recent
            if not powers.may_open(permission, narrows=narrows):
                raise PermissionDenied
            writes = request.method not in {"GET", "HEAD"}
            if support is not None and writes and permission not in SUPPORT_CHANGES:
                raise PermissionDenied
            if powers.departments is not None:
                _require_in_reach(inside, powers.departments, kwargs)
            stopped = _first_answer(_gates, inside)
            if stopped is not None:
                return stopped
            if not transaction:
                replica.note_write(request)

            def read() -> HttpResponseBase:
                context = (
                    tenancy.organization_context(
                        organization.pk, user_id=user.pk, departments=powers.departments
                    )
                    if transaction
                    else nullcontext()
                )
                with context:
                    answer = view(inside, *args, **kwargs)
                    if support is not None:
                        _require_page(answer)
                    return answer

            if support is not None:
                inside.support = support
                with acting_for(membership.display_name):
                    with tenancy.organization_context(organization.pk, user_id=user.pk):
                        record_staff_access(
                            user=user, page=request.path, organization_id=organization.pk
                        )
                    return read()
            return _read(request, read, from_replica=from_replica)

        return declare(guarded, Access(AccessKind.ORGANIZATION, permission, recent, narrows))

    return decorate


type PortfolioSource = Callable[[User], Iterable[int]]
_portfolio_sources: list[PortfolioSource] = []


def add_to_portfolios(source: PortfolioSource) -> None:
    """Have `source` name further organizations that a person looks after for now.

    It reads in a staff context of scope `portfolio` with nothing in it yet.
    """
    _portfolio_sources.append(source)


def portfolio_of(user: User) -> list[int]:
    """Return the ids of the organizations that an account manager looks after."""
    with tenancy.staff_context(user_id=user.pk, scope=StaffScope.PORTFOLIO):
        found = set(Organization.objects.filter(account_manager=user).values_list("pk", flat=True))
        for source in _portfolio_sources:
            found.update(source(user))
        return sorted(found)


def staff_scope(request: VendorRequest) -> AbstractContextManager[None]:
    """Return the context that shows what the reader's role may see of all organizations."""
    user, scope = request.user, STAFF_SCOPES[request.vendor_role]
    portfolio = portfolio_of(user) if scope is StaffScope.PORTFOLIO else []
    return tenancy.staff_context(user_id=user.pk, scope=scope, portfolio=portfolio)


def vendor_page(
    permission: Permission,
    *,
    recent: Recent | None = None,
    transaction: bool = True,
    from_replica: bool = False,
) -> Callable[[Callable[Concatenate[VendorRequest, ...], HttpResponseBase]], View]:
    """Declare a page of the vendor's staff that asks for `permission`.

    The view reads all rows of the role's scope; its services enter an organization's context to
    write. A page about one organization names it with `record_staff_access`. With
    `transaction=False` the view commits by itself (it talks to Stripe between commits) and enters
    the scope with `staff_scope` where it reads. `recent` and `from_replica` are those of
    `organization_page`; a view that names the organization it is about writes, and cannot have it.
    """

    def decorate(view: Callable[Concatenate[VendorRequest, ...], HttpResponseBase]) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = cast(User, request.user)
            if not user.vendor_role:
                raise Http404("No such page")
            role = VendorRole(user.vendor_role)
            if not may(role, permission):
                raise PermissionDenied
            inside = cast(VendorRequest, request)
            inside.vendor_role = role
            inside.asked = permission
            inside.recent = recent
            stopped = _first_answer(_vendor_gates, inside)
            if stopped is not None:
                return stopped
            if not transaction:
                replica.note_write(request)
            with staff_scope(inside):
                record_staff_access(user=user, page=request.path)
                if transaction and not from_replica:
                    return view(inside, *args, **kwargs)
            if not transaction:
                return view(inside, *args, **kwargs)

            def read() -> HttpResponseBase:
                with staff_scope(inside):
                    return view(inside, *args, **kwargs)

            return _read(request, read, from_replica=from_replica)

        return declare(guarded, Access(AccessKind.VENDOR, permission, recent))

    return decorate
