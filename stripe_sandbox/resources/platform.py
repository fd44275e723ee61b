"""Events, webhook endpoints, test clocks, the account."""

from stripe_sandbox import clock as time_machine
from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.registry import Params, endpoint
from stripe_sandbox.resources.common import PAGING, assign, page, removed
from stripe_sandbox.sdk import API_VERSION
from stripe_sandbox.store import Doc, new_id

CLOCK = "test_helpers.test_clock"


@endpoint("GET", "/v1/events/{id}")
def retrieve_event(cx: Context, params: Params, id: str) -> Doc:
    return cx.require("event", id)


@endpoint("GET", "/v1/events", PAGING + " created type types")
def list_events(cx: Context, params: Params) -> Doc:
    types = params.get("types") or ([params["type"]] if "type" in params else None)

    def keep(event: Doc) -> bool:
        return types is None or any(_matches(event["type"], wanted) for wanted in types)

    return page(cx, "event", params, "/v1/events", keep=keep)


def _matches(kind: str, wanted: str) -> bool:
    return kind == wanted or (wanted.endswith(".*") and kind.startswith(wanted[:-1]))


# -- webhook endpoints ----------------------------------------------------------------------------


@endpoint("POST", "/v1/webhook_endpoints", "api_version description enabled_events metadata url")
def create_webhook(cx: Context, params: Params) -> Doc:
    if not params["url"].startswith(("http://", "https://")):
        raise errors.invalid(
            "Invalid URL: an explicit scheme (such as https) must be provided.", "url"
        )
    if params.get("api_version", API_VERSION) != API_VERSION:
        raise errors.unsupported(f"webhooks at version {params['api_version']}", "api_version")
    secret = new_id("whsec_", 32)
    stored = cx.create(
        "webhook_endpoint",
        "we_",
        api_version=params.get("api_version"),
        description=params.get("description") or None,
        enabled_events=list(params["enabled_events"]),
        metadata=dict(params.get("metadata") or {}),
        status="enabled",
        url=params["url"],
        _secret=secret,
    )
    return {**stored, "secret": secret}


@endpoint("GET", "/v1/webhook_endpoints/{id}")
def retrieve_webhook(cx: Context, params: Params, id: str) -> Doc:
    return cx.require("webhook_endpoint", id)


@endpoint("POST", "/v1/webhook_endpoints/{id}", "description disabled enabled_events metadata url")
def update_webhook(cx: Context, params: Params, id: str) -> Doc:
    stored = cx.require("webhook_endpoint", id)
    assign(stored, params, "description", "enabled_events", "metadata", "url")
    if "disabled" in params:
        stored["status"] = "disabled" if params["disabled"] else "enabled"
    return cx.save(stored)


@endpoint("DELETE", "/v1/webhook_endpoints/{id}")
def delete_webhook(cx: Context, params: Params, id: str) -> Doc:
    stored = cx.require("webhook_endpoint", id)
    cx.store.delete(id)
    cx.store.db.execute("delete from deliveries where endpoint = ?", (id,))
    return removed(stored)


@endpoint("GET", "/v1/webhook_endpoints", PAGING)
def list_webhooks(cx: Context, params: Params) -> Doc:
    return page(cx, "webhook_endpoint", params, "/v1/webhook_endpoints")


# -- test clocks ----------------------------------------------------------------------------------


@endpoint("POST", "/v1/test_helpers/test_clocks", "frozen_time name")
def create_clock(cx: Context, params: Params) -> Doc:
    made = cx.create(
        CLOCK,
        "clock_",
        deletes_after=cx.now() + 30 * 86400,
        frozen_time=params["frozen_time"],
        name=params.get("name"),
        status="ready",
        status_details={},
    )
    cx.emit("test_helpers.test_clock.created", made)
    return made


@endpoint("GET", "/v1/test_helpers/test_clocks/{test_clock}")
def retrieve_clock(cx: Context, params: Params, test_clock: str) -> Doc:
    return cx.require(CLOCK, test_clock)


@endpoint("POST", "/v1/test_helpers/test_clocks/{test_clock}/advance", "frozen_time")
def advance_clock(cx: Context, params: Params, test_clock: str) -> Doc:
    return time_machine.advance(cx, cx.require(CLOCK, test_clock), params["frozen_time"])


@endpoint("DELETE", "/v1/test_helpers/test_clocks/{test_clock}")
def delete_clock(cx: Context, params: Params, test_clock: str) -> Doc:
    found = cx.require(CLOCK, test_clock)
    cx.emit("test_helpers.test_clock.deleted", found)
    time_machine.delete(cx, found)
    return removed(found)


@endpoint("GET", "/v1/test_helpers/test_clocks", PAGING)
def list_clocks(cx: Context, params: Params) -> Doc:
    return page(cx, CLOCK, params, "/v1/test_helpers/test_clocks")


# -- the account ----------------------------------------------------------------------------------


@endpoint("GET", "/v1/account")
def retrieve_account(cx: Context, params: Params) -> Doc:
    return {
        "id": "acct_sandbox",
        "object": "account",
        "business_type": "company",
        "charges_enabled": True,
        "country": "US",
        "created": 1_700_000_000,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "sandbox@example.com",
        "payouts_enabled": False,
        "type": "standard",
    }
