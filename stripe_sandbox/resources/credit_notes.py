"""Credit notes: less to pay on an open invoice, money or balance back on a paid one."""

from stripe_sandbox.context import Context
from stripe_sandbox.engine import credit_notes
from stripe_sandbox.present import Shown, present
from stripe_sandbox.registry import Params, endpoint
from stripe_sandbox.resources.common import PAGING, assign, cut, page
from stripe_sandbox.store import Doc, new_id

AMOUNTS = (
    "invoice amount lines[type,amount,invoice_line_item,quantity,unit_amount,description] "
    "credit_amount refund_amount out_of_band_amount memo metadata reason"
)


@endpoint("POST", "/v1/credit_notes", AMOUNTS)
def create_credit_note(cx: Context, params: Params) -> Doc:
    return credit_notes.create(cx, cx.require("invoice", params["invoice"], "invoice"), params)


@endpoint("GET", "/v1/credit_notes/preview", AMOUNTS)
def preview_credit_note(cx: Context, params: Params) -> Doc:
    cx.rehearsing = True
    with cx.store.rehearsal():
        note = credit_notes.create(cx, cx.require("invoice", params["invoice"], "invoice"), params)
        shown = present(cx.store, note)
    shown["id"] = new_id("cn_preview_")
    return Shown(shown)


@endpoint("GET", "/v1/credit_notes/preview/lines", AMOUNTS + " " + PAGING)
def preview_lines(cx: Context, params: Params) -> Doc:
    lines: Doc = preview_credit_note(cx, params)["lines"]
    return lines


@endpoint("GET", "/v1/credit_notes/{credit_note}")
def retrieve_credit_note(cx: Context, params: Params, credit_note: str) -> Doc:
    return cx.require("credit_note", credit_note)


@endpoint("GET", "/v1/credit_notes/{credit_note}/lines", PAGING)
def list_credit_note_lines(cx: Context, params: Params, credit_note: str) -> Doc:
    note = cx.require("credit_note", credit_note)
    lines = [
        line
        for line in cx.store.scan("credit_note_line_item")
        if line["_credit_note"] == note["id"]
    ]
    return cut(cx, lines, params, f"/v1/credit_notes/{credit_note}/lines", params.get("limit", 10))


@endpoint("POST", "/v1/credit_notes/{credit_note}", "memo metadata")
def update_credit_note(cx: Context, params: Params, credit_note: str) -> Doc:
    note = cx.require("credit_note", credit_note)
    before = cx.snapshot(note)
    assign(note, params, "memo", "metadata")
    return cx.save(note, "credit_note.updated", before)


@endpoint("POST", "/v1/credit_notes/{credit_note}/void")
def void_credit_note(cx: Context, params: Params, credit_note: str) -> Doc:
    return credit_notes.void(cx, cx.require("credit_note", credit_note))


@endpoint("GET", "/v1/credit_notes", PAGING + " created customer invoice")
def list_credit_notes(cx: Context, params: Params) -> Doc:
    return page(
        cx,
        "credit_note",
        params,
        "/v1/credit_notes",
        where={"customer": params.get("customer"), "invoice": params.get("invoice")},
    )
