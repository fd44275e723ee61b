"""Pages of Planks. What concerns Headroom: `feature`, `open_to_all`, `track`, `entitlement_of`."""

import csv
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from headroom_client import HeadroomError, WebhookRefused
from headroom_django import feature, open_to_all, track
from headroom_django.conf import conf
from headroom_django.refusals import refused
from headroom_django.runtime import entitlements, sender
from planks import deliveries as received
from planks.people import Person, companies, current, people_of, remember, subject

COLUMNS: Final = ("To do", "Doing", "Done")
CARDS: Final = (
    "Cut the boards",
    "Sand the edges",
    "Oil the top",
    "Drill the holes",
    "Fit the legs",
)
USUAL: Final = "citus"
HERE: Final = Path(__file__).resolve().parent
ASSETS: Final = {
    "planks.css": (HERE / "static" / "planks.css", "text/css"),
    "board.js": (HERE / "static" / "board.js", "text/javascript"),
    "headroom.js": (HERE.parents[2] / "clients/javascript/headroom.js", "text/javascript"),
}


@open_to_all
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Choose somebody of a customer; whoever has a seat comes in, the others see why not."""
    if request.method == "POST":
        keys = ("member", "name", "organization", "company")
        remember(request, Person(**{key: request.POST.get(key, "")[:200] for key in keys}))
        who = subject(request)
        if who is not None:
            # At a sign-in the server itself is asked, and not the memory.
            found = entitlements().ask(who.member, who.organization)
            if not found.allowed:
                return redirect("refused")
            track(who, kind="sign_in", user_agent=request.headers.get("User-Agent", "")[:1000])
        return redirect("board")
    organization = request.GET.get("organization", USUAL)
    try:
        customers = companies()
        known = [one.external_id for one in customers]
        if known and organization not in known:
            organization = known[0]
        context = {"companies": customers, "people": people_of(organization) if known else []}
    except HeadroomError as error:
        context = {"companies": [], "people": [], "failure": str(error)}
    return render(request, "planks/sign_in.html", context | {"organization": organization})


@open_to_all
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget who is signed in."""
    request.session.flush()
    return redirect("sign_in")


@open_to_all
@require_GET
def refused_page(request: HttpRequest) -> HttpResponse:
    """Say why somebody may not come in, and how they get a seat."""
    who = subject(request)
    if who is None:
        return redirect("sign_in")
    found = entitlements().ask(who.member, who.organization)
    if found.allowed:
        return redirect("board")
    return render(request, "planks/refused.html", refused(found), status=403)


@feature("board")
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show the board. Opening it is a use of the feature `board`."""
    if current(request) is None:
        return redirect("sign_in")
    places = request.session.get("places", {})
    columns = [
        (name, [card for card in CARDS if places.get(card, "To do") == name]) for name in COLUMNS
    ]
    context = {"columns": columns, "figures": sender().figures(), "headroom_url": conf().url}
    return render(request, "planks/board.html", context)


@feature("board.move")
@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Move a card one column on."""
    card = request.POST.get("card", "")
    if current(request) is None:
        return redirect("sign_in")
    if card in CARDS:
        places = request.session.get("places", {})
        now = COLUMNS.index(places.get(card, COLUMNS[0]))
        request.session["places"] = places | {card: COLUMNS[(now + 1) % len(COLUMNS)]}
    return redirect("board")


@feature("export")
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """Give the board as a file."""
    if current(request) is None:
        return redirect("sign_in")
    answer = HttpResponse(
        content_type="text/csv", headers={"Content-Disposition": "attachment; filename=board.csv"}
    )
    places = request.session.get("places", {})
    writer = csv.writer(answer)
    writer.writerow(["card", "column"])
    writer.writerows([card, places.get(card, COLUMNS[0])] for card in CARDS)
    return answer


@open_to_all
@require_http_methods(["GET", "POST"])
def deliveries(request: HttpRequest) -> HttpResponse:
    """Show what Headroom sent, and take the secret of the endpoint."""
    context: dict[str, object] = {"address": request.build_absolute_uri("/webhooks/headroom")}
    if request.method == "POST":
        try:
            received.keep_secret(request.POST.get("secret", ""))
        except ValueError as error:
            context["failure"] = str(error)
        else:
            return redirect("deliveries")
    context |= {"has_secret": received.has_secret(), "messages": received.last()}
    return render(request, "planks/deliveries.html", context)


@csrf_exempt
@open_to_all
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Take a message. 400 for one that Headroom did not sign; twice is once."""
    if not received.has_secret():
        return HttpResponse("No secret yet.", status=503, content_type="text/plain")
    try:
        is_new = received.take(dict(request.headers), request.body)
    except WebhookRefused as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    return HttpResponse("Taken." if is_new else "Known.", content_type="text/plain")


@open_to_all
@require_GET
def asset(request: HttpRequest, name: str) -> HttpResponse:
    """Give one of our few files; headroom.js as it is in this repository."""
    path, kind = ASSETS[name]
    return HttpResponse(path.read_bytes(), content_type=kind)
