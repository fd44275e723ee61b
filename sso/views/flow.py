"""One attempt to sign in: what the session keeps of it, and what happens when it comes back."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.domain.roles import OrganizationRole
from accounts.errors import DomainError
from accounts.models import User
from accounts.navigation import organization_navigation
from accounts.services.history import Actor
from sso.domain.claims import Asserted
from sso.domain.doors import Marks
from sso.gateways import oidc, saml
from sso.models import SsoConnection
from sso.selectors.doors import client_of, party_of, provider_of
from sso.services.admission import NotAdmitted, admit_person
from sso.services.connections import note_test
from sso.services.emergencies import note_refusal
from sso.services.sessions import MARKS, NAMES

ATTEMPTS: Final = "sso_attempts"
_MOST_ATTEMPTS: Final = 5
_SECONDS: Final = 900


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was asked of a provider; `tester` is the user who tests the connection, if one does."""

    key: str
    at: float
    next: str = ""
    nonce: str = ""
    verifier: str = ""
    anew: bool = False
    tester: int | None = None


def marks_of(request: HttpRequest) -> Marks:
    """Return what the session remembers of single sign-on."""
    return Marks.read(request.session.get(MARKS))


def keep_marks(request: HttpRequest, marks: Marks) -> None:
    """Have the session remember."""
    request.session[MARKS] = marks.stored()


def own_address(request: HttpRequest, wanted: str) -> str:
    """Return an address to go to afterwards if it is ours, else ""."""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""


def begin(
    request: HttpRequest,
    connection: SsoConnection,
    *,
    now: datetime,
    next_address: str = "",
    hint: str = "",
    anew: bool = False,
    tester: User | None = None,
) -> str:
    """Write an attempt into the session; return the provider's address for it."""
    nonce = verifier = ""
    if connection.protocol == SsoConnection.Protocol.OIDC:
        name, nonce, verifier = (oidc.new_secret() for _number in range(3))
        address = oidc.sign_in_address(
            client_of(connection),
            state=name,
            nonce=nonce,
            verifier=verifier,
            hint=hint,
            anew=anew,
        )
    else:
        address, name = saml.sign_in_address(
            party_of(connection), provider_of(connection), relay_state=connection.key, anew=anew
        )
    attempts = request.session.get(ATTEMPTS, {})
    attempts[name] = asdict(
        Attempt(
            key=connection.key,
            at=now.timestamp(),
            next=own_address(request, next_address),
            nonce=nonce,
            verifier=verifier,
            anew=anew,
            tester=tester.pk if tester else None,
        )
    )
    newest = sorted(attempts.items(), key=lambda item: item[1]["at"])[-_MOST_ATTEMPTS:]
    request.session[ATTEMPTS] = dict(newest)
    return address


def take_attempt(
    request: HttpRequest, name: str, connection: SsoConnection, *, now: datetime
) -> Attempt | None:
    """Return the attempt that this browser made at this connection, once and not too late."""
    attempts: dict[str, Any] = request.session.get(ATTEMPTS, {})
    found = attempts.pop(name, None)
    if found is None:
        return None
    request.session[ATTEMPTS] = attempts
    attempt = Attempt(**found)
    if attempt.key != connection.key or now.timestamp() - attempt.at > _SECONDS:
        return None
    return attempt


def arrive(
    request: HttpRequest,
    connection: SsoConnection,
    asserted: Asserted,
    attempt: Attempt,
    *,
    now: datetime,
    name: str = "",
) -> HttpResponseBase:
    """Sign in whom the provider vouched for, or note that an admin's test went well.

    `name` is what the provider calls its session, by which it may end it here.
    """
    if attempt.tester is not None:
        return _tested(request, connection, asserted, attempt.tester, now=now)
    if not connection.is_on:
        return refused(request, connection, _("This connection is turned off."))
    try:
        admitted = admit_person(connection=connection, asserted=asserted, now=now)
    except NotAdmitted as error:
        note_refusal(
            organization_id=connection.organization_id,
            email=asserted.email,
            reason=error.details["reason"],
            now=now,
        )
        return refused(request, connection, str(error))
    user = admitted.user
    role = OrganizationRole(admitted.membership.role)
    target = attempt.next or reverse(
        organization_navigation(role)[0].url_name, args=[connection.organization.slug]
    )
    marks = marks_of(request)
    if request.user.is_authenticated and request.user.pk == user.pk:
        # They had signed in already: that remains, and this organization opens too. Where they
        # proved who they are by themselves, a provider's word adds nothing for other organizations.
        keep_marks(request, marks.with_opened(connection.organization_id, is_alone=marks.is_alone))
        _keep_name(request, connection, name)
        if marks.is_alone:
            _note_method(request, user, connection)
        return redirect(target)
    if request.user.is_authenticated:
        logout(request)
    # The second factor is the provider's: allauth's stages would ask for ours on top.
    adapter = get_adapter()
    adapter.login(request, user)
    keep_marks(request, Marks().with_opened(connection.organization_id, is_alone=True))
    _keep_name(request, connection, name)
    _note_method(request, user, connection)
    answer: HttpResponseBase = adapter.post_login(
        request,
        user,
        email_verification="none",
        signal_kwargs=None,
        email=None,
        signup=False,
        redirect_url=target,
    )
    return answer


def _note_method(request: HttpRequest, user: User, connection: SsoConnection) -> None:
    record_authentication(request, user, method="sso", connection=connection.pk)


def _keep_name(request: HttpRequest, connection: SsoConnection, name: str) -> None:
    names = request.session.get(NAMES, {})
    request.session[NAMES] = names | {str(connection.organization_id): name[:255]}


def _tested(
    request: HttpRequest,
    connection: SsoConnection,
    asserted: Asserted,
    tester: int,
    *,
    now: datetime,
) -> HttpResponse:
    """Keep what the provider said for the admin who tests; nobody is signed in by it."""
    user = request.user
    if not isinstance(user, User) or user.pk != tester:
        return refused(request, connection, _("The test was begun by somebody else."))
    read = {
        "email": asserted.email,
        "name": asserted.name,
        "department": asserted.department,
        "title": asserted.title,
    }
    note_test(
        organization_id=connection.organization_id,
        connection_id=connection.pk,
        claims={"subject": asserted.subject, "read": read, "claims": dict(asserted.claims)},
        actor=Actor.of(user),
        now=now,
    )
    messages.success(request, _("The test went well: the provider says who you are."))
    return redirect("sso_connection", connection.organization.slug, connection.pk)


def failed_test(
    request: HttpRequest, connection: SsoConnection, attempt: Attempt | None, reason: str
) -> HttpResponse | None:
    """Tell an admin who tests what went wrong, in the words of whoever found it."""
    if attempt is None or attempt.tester is None:
        return None
    messages.error(request, _("The test did not go well: %(reason)s") % {"reason": reason})
    return redirect("sso_connection", connection.organization.slug, connection.pk)


def refused(
    request: HttpRequest, connection: SsoConnection | None, message: str | DomainError
) -> HttpResponse:
    """Say why somebody did not come in, and what they can do."""
    return render(
        request,
        "sso/refused.html",
        {"connection": connection, "message": str(message)},
        status=403,
    )
