"""Tax ids of customers. What they claim is stored and never asked of anybody."""

import re
from typing import Final

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.registry import Params, endpoint
from stripe_sandbox.resources.common import PAGING, page, removed
from stripe_sandbox.store import Doc

TAX_IDS: Final = "/v1/customers/{customer}/tax_ids"
# Stripe refuses an EU id of another form with `tax_id_invalid`.
_EU_VAT: Final = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")


@endpoint("POST", TAX_IDS, "type value")
def create_tax_id(cx: Context, params: Params, customer: str) -> Doc:
    holder = cx.require("customer", customer, "customer")
    value = params["value"].replace(" ", "")
    if params["type"] == "eu_vat" and not _EU_VAT.fullmatch(value):
        raise errors.invalid(f"Invalid value for {params['type']}.", "value", "tax_id_invalid")
    made = cx.create(
        "tax_id",
        "txi_",
        of=holder,
        country=value[:2] if params["type"] == "eu_vat" else params["type"][:2].upper(),
        customer=holder["id"],
        owner={"type": "customer", "customer": holder["id"], "account": None, "application": None},
        type=params["type"],
        value=value,
        verification={"status": "pending", "verified_address": None, "verified_name": None},
    )
    cx.emit("customer.tax_id.created", made)
    return made


@endpoint("GET", TAX_IDS, PAGING)
def list_tax_ids(cx: Context, params: Params, customer: str) -> Doc:
    cx.require("customer", customer, "customer")
    url = f"/v1/customers/{customer}/tax_ids"
    return page(cx, "tax_id", params, url, where={"customer": customer})


@endpoint("GET", TAX_IDS + "/{id}")
def retrieve_tax_id(cx: Context, params: Params, customer: str, id: str) -> Doc:
    return cx.require("tax_id", id)


@endpoint("DELETE", TAX_IDS + "/{id}")
def delete_tax_id(cx: Context, params: Params, customer: str, id: str) -> Doc:
    found = cx.require("tax_id", id)
    cx.emit("customer.tax_id.deleted", found)
    found["deleted"] = True
    cx.save(found)
    return removed(found)
