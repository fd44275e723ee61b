"""Checkout and Billing Portal sessions, which lead to the hosted pages."""

from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import setups
from stripe_sandbox.registry import Params, endpoint
from stripe_sandbox.resources.common import PAGING, assign, page
from stripe_sandbox.store import Doc, new_id

DAY = 86400


@endpoint(
    "POST",
    "/v1/checkout/sessions",
    "mode customer customer_email client_reference_id currency success_url cancel_url expires_at "
    "locale metadata setup_intent_data[metadata,description] allowed_payment_method_types "
    "customer_creation ui_mode submit_type billing_address_collection",
)
def create_session(cx: Context, params: Params) -> Doc:
    if params.get("mode", "payment") != "setup":
        raise errors.unsupported(f"Checkout mode {params.get('mode', 'payment')}", "mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise errors.unsupported(f"Checkout ui_mode {params['ui_mode']}", "ui_mode")
    if not params.get("success_url"):
        raise errors.invalid(
            "Missing required param: success_url.", "success_url", "parameter_missing"
        )
    if not params.get("currency") and not params.get("allowed_payment_method_types"):
        raise errors.invalid(
            "Missing required param: currency. It is required in setup mode unless "
            "`allowed_payment_method_types` is set.",
            "currency",
            "parameter_missing",
        )
    customer = (
        cx.require("customer", params["customer"], "customer") if params.get("customer") else None
    )
    expires_at = params.get("expires_at") or cx.now() + DAY
    data = params.get("setup_intent_data") or {}
    intent = setups.create(
        cx,
        customer,
        metadata=dict(data.get("metadata") or {}),
        description=data.get("description"),
    )
    identifier = new_id("cs_test_", 48)
    return cx.create(
        "checkout.session",
        "cs_test_",
        id=identifier,
        allowed_payment_method_types=params.get("allowed_payment_method_types"),
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        created=cx.now(),
        currency=params.get("currency"),
        billing_address_collection=params.get("billing_address_collection"),
        custom_fields=[],
        customer_creation=params.get("customer_creation"),
        submit_type=params.get("submit_type"),
        custom_text={
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        customer=customer["id"] if customer else None,
        customer_email=params.get("customer_email"),
        expires_at=expires_at,
        locale=params.get("locale"),
        metadata=dict(params.get("metadata") or {}),
        mode="setup",
        payment_method_types=["card"],
        payment_status="no_payment_required",
        setup_intent=intent["id"],
        shipping_options=[],
        status="open",
        success_url=params["success_url"],
        ui_mode="hosted_page",
        url=f"{cx.base_url}/c/{identifier}",
        _due=expires_at,
    )


@endpoint("GET", "/v1/checkout/sessions/{session}")
def retrieve_session(cx: Context, params: Params, session: str) -> Doc:
    return cx.require("checkout.session", session, "session")


@endpoint("GET", "/v1/checkout/sessions", PAGING + " created customer status")
def list_sessions(cx: Context, params: Params) -> Doc:
    return page(
        cx,
        "checkout.session",
        params,
        "/v1/checkout/sessions",
        where={"customer": params.get("customer")},
        equal=("status",),
    )


@endpoint("POST", "/v1/checkout/sessions/{session}/expire")
def expire_session(cx: Context, params: Params, session: str) -> Doc:
    found = cx.require("checkout.session", session, "session")
    if found["status"] != "open":
        raise errors.invalid(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of {found['status']}."
        )
    found.update(status="expired", url=None, _due=None)
    return cx.save(found, "checkout.session.expired")


# -- billing portal -------------------------------------------------------------------------------


@endpoint(
    "POST",
    "/v1/billing_portal/sessions",
    "configuration customer locale return_url flow_data[type]",
)
def create_portal_session(cx: Context, params: Params) -> Doc:
    kind = (params.get("flow_data") or {}).get("type")
    if kind not in {None, "payment_method_update"}:
        raise errors.unsupported(f"the portal flow {kind}", "flow_data[type]")
    customer = cx.require("customer", params.get("customer"), "customer")
    configuration = (
        cx.require("billing_portal.configuration", params["configuration"], "configuration")
        if params.get("configuration")
        else default_configuration(cx)
    )
    token = new_id("test_", 32)
    return cx.create(
        "billing_portal.session",
        "bps_",
        configuration=configuration["id"],
        created=cx.now(),
        customer=customer["id"],
        flow={
            "after_completion": {
                "hosted_confirmation": None,
                "redirect": None,
                "type": "portal_homepage",
            },
            "customer_update": None,
            "subscription_cancel": None,
            "subscription_pause": None,
            "subscription_update": None,
            "subscription_update_confirm": None,
            "type": kind,
        }
        if kind
        else None,
        locale=params.get("locale"),
        return_url=params.get("return_url") or configuration["default_return_url"],
        url=f"{cx.base_url}/p/{token}",
        _token=token,
    )


def default_configuration(cx: Context) -> Doc:
    for configuration in cx.store.all("billing_portal.configuration"):
        if configuration["is_default"]:
            return configuration
    return _configuration(cx, is_default=True)


def _configuration(cx: Context, *, is_default: bool) -> Doc:
    now = cx.now()
    off: dict[str, Any] = {
        "customer_update": {"allowed_updates": [], "enabled": False},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True, "payment_method_configuration": None},
        "subscription_cancel": {
            "cancellation_reason": {"enabled": False, "feedback_options": None, "options": []},
            "enabled": False,
            "mode": "at_period_end",
            "proration_behavior": "none",
        },
        "subscription_pause": {
            "duration": {"interval_options": [], "type": "indefinite"},
            "enabled": False,
        },
        "subscription_update": {
            "billing_cycle_anchor": None,
            "default_allowed_updates": [],
            "enabled": False,
            "products": None,
            "proration_behavior": "none",
            "schedule_at_period_end": {"conditions": []},
            "trial_update_behavior": "end_trial",
        },
    }
    return cx.create(
        "billing_portal.configuration",
        "bpc_",
        active=True,
        business_profile={
            "headline": None,
            "privacy_policy_url": None,
            "terms_of_service_url": None,
        },
        created=now,
        features=off,
        is_default=is_default,
        login_page={"enabled": False, "url": None},
        metadata={},
        updated=now,
    )


CONFIGURATION = (
    "business_profile[headline,privacy_policy_url,terms_of_service_url] default_return_url "
    "metadata name features[invoice_history[enabled],payment_method_update[enabled]]"
)


@endpoint("POST", "/v1/billing_portal/configurations", CONFIGURATION)
def create_configuration(cx: Context, params: Params) -> Doc:
    return _configure(cx, _configuration(cx, is_default=False), params)


@endpoint("POST", "/v1/billing_portal/configurations/{configuration}", CONFIGURATION + " active")
def update_configuration(cx: Context, params: Params, configuration: str) -> Doc:
    return _configure(cx, cx.require("billing_portal.configuration", configuration), params)


def _configure(cx: Context, stored: Doc, params: Params) -> Doc:
    assign(stored, params, "default_return_url", "metadata", "name", "active")
    stored["business_profile"] |= params.get("business_profile") or {}
    for name, settings in (params.get("features") or {}).items():
        stored["features"][name] |= settings
    stored["updated"] = cx.now()
    return cx.save(stored)


@endpoint("GET", "/v1/billing_portal/configurations/{configuration}")
def retrieve_configuration(cx: Context, params: Params, configuration: str) -> Doc:
    return cx.require("billing_portal.configuration", configuration)


@endpoint("GET", "/v1/billing_portal/configurations", PAGING + " active is_default")
def list_configurations(cx: Context, params: Params) -> Doc:
    default_configuration(cx)
    return page(
        cx,
        "billing_portal.configuration",
        params,
        "/v1/billing_portal/configurations",
        equal=("active", "is_default"),
        ranges=(),
    )
