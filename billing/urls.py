"""Addresses of billing."""

from django.urls import URLPattern, URLResolver, include, path

from billing.views import (
    bounds,
    buying,
    cards,
    contract_list,
    contracts,
    details,
    documents,
    invoices,
    payment,
    policies,
    quotes,
    reconciling,
    reductions,
    seats,
    seller,
    starting,
    statement,
    tax,
    vendor,
    vendor_dunning,
    webhook,
)

_organization: list[URLPattern | URLResolver] = [
    path("seats/", seats.seats, name="seats"),
    path("seats/start/", starting.start, name="start"),
    path("seats/start/choose/", starting.start_choose, name="start_choose"),
    path("seats/start/<uuid:start_id>/", starting.start_progress, name="start_progress"),
    path("seats/start/<uuid:start_id>/card/", starting.start_card_done, name="start_card_done"),
    path("seats/start/<uuid:start_id>/continue/", starting.start_continue, name="start_continue"),
    path("seats/start/<uuid:start_id>/withdraw/", starting.start_withdraw, name="start_withdraw"),
    path("seats/trial/end/", starting.trial_end, name="trial_end"),
    path("seats/add/", buying.add_seats, name="add_seats"),
    path("seats/buy/", buying.buy_seats, name="buy_seats"),
    path("seats/reviews/<int:review_id>/", bounds.purchase_review, name="purchase_review"),
    path("seats/ledger.<str:format>", seats.ledger_export, name="ledger_export"),
    path("seats/card/", cards.add_card, name="add_card"),
    path("seats/card/done/", cards.add_card_done, name="add_card_done"),
    path("seats/cards/", cards.manage_cards, name="manage_cards"),
    path("payment/", payment.payment, name="payment"),
    path("payment/invoices/<int:invoice_id>/pay/", payment.pay_invoice, name="pay_invoice"),
    path("purchases/<uuid:purchase_id>/", buying.purchase, name="purchase"),
    path("purchases/<uuid:purchase_id>/cancel/", buying.purchase_cancel, name="purchase_cancel"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/<int:invoice_id>/", invoices.invoice, name="invoice"),
    path("invoices/<int:invoice_id>.pdf", documents.invoice_pdf, name="invoice_pdf"),
    path("invoices/<int:invoice_id>/receipt.pdf", documents.receipt_pdf, name="receipt_pdf"),
    path("invoices.<str:format>", invoices.invoices_export, name="invoices_export"),
    path(
        "credit-notes/<int:credit_note_id>.pdf", documents.credit_note_pdf, name="credit_note_pdf"
    ),
    path("billing-details/", details.billing_details, name="billing_details"),
    path("billing-details/save/", details.billing_details_save, name="billing_details_save"),
    path("statement/", statement.statement_page, name="statement"),
    path("statement.<str:format>", statement.statement_export, name="statement_export"),
    path("quotes/", quotes.quotes, name="quotes"),
    path("quotes/<uuid:quote_id>/", quotes.quote, name="quote"),
    path("quotes/<uuid:quote_id>/save/", quotes.quote_save, name="quote_save"),
    path("quotes/<uuid:quote_id>/renew/", quotes.quote_renew, name="quote_renew"),
    path("quotes/<uuid:quote_id>.pdf", documents.quote_pdf, name="quote_pdf"),
]

_vendor: list[URLPattern | URLResolver] = [
    path("policies/", policies.policies, name="policies"),
    path("policies/seller/", seller.seller, name="seller"),
    path("policies/seller/save/", seller.seller_save, name="seller_save"),
    path("policies/seller/preview.png", seller.seller_preview, name="seller_preview"),
    path("reconciliation/", reconciling.reconciliation, name="reconciliation"),
    path("reconciliation/run/", reconciling.reconciliation_run, name="reconciliation_run"),
    path(
        "reconciliation/progress/",
        reconciling.reconciliation_progress,
        name="reconciliation_progress",
    ),
    path(
        "reconciliation/differences.<str:format>",
        reconciling.differences_export,
        name="differences_export",
    ),
    path(
        "reconciliation/differences/<int:difference_id>/",
        reconciling.difference,
        name="difference",
    ),
    path(
        "reconciliation/differences/<int:difference_id>/repair/",
        reconciling.difference_repair,
        name="difference_repair",
    ),
    path(
        "reconciliation/differences/<int:difference_id>/look/",
        reconciling.difference_look,
        name="difference_look",
    ),
    path("reconciliation/strangers/<int:stranger_id>/", reconciling.stranger, name="stranger"),
    path(
        "reconciliation/strangers/<int:stranger_id>/end/",
        reconciling.stranger_end,
        name="stranger_end",
    ),
    path("reviews/", bounds.reviews, name="reviews"),
    path("reviews/<int:review_id>/", bounds.review_decide, name="review_decide"),
    path("reviews/renewals/<int:hold_id>/", bounds.hold_decide, name="hold_decide"),
    path("policies/limits/", bounds.limits, name="limits"),
    path("policies/limits/set/", bounds.limits_set, name="limits_set"),
    path(
        "organizations/<slug:account>/limits/",
        bounds.organization_limits_set,
        name="organization_limits_set",
    ),
    path("incidents/<int:incident_id>/close/", vendor.incident_close, name="incident_close"),
    path("invoices/", vendor.vendor_invoices, name="vendor_invoices"),
    path("invoices.<str:format>", vendor.vendor_invoices_export, name="vendor_invoices_export"),
    path("invoices/<int:invoice_id>.pdf", documents.vendor_invoice_pdf, name="vendor_invoice_pdf"),
    path(
        "credit-notes/<int:credit_note_id>.pdf",
        documents.vendor_credit_note_pdf,
        name="vendor_credit_note_pdf",
    ),
    path("quotes/<uuid:quote_id>.pdf", documents.vendor_quote_pdf, name="vendor_quote_pdf"),
    path("ledger/", vendor.vendor_ledger, name="vendor_ledger"),
    path("ledger.<str:format>", vendor.vendor_ledger_export, name="vendor_ledger_export"),
    path("prices/", include("billing.price_urls")),
    path("policies/tax/", tax.tax_rules, name="tax_rules"),
    path("organizations/<slug:account>/tax/", tax.tax_exemption, name="tax_exemption"),
    path("dunning/", vendor_dunning.vendor_dunning, name="vendor_dunning"),
    path(
        "dunning.<str:format>", vendor_dunning.vendor_dunning_export, name="vendor_dunning_export"
    ),
    path("dunning/<int:case_id>/pause/", vendor_dunning.dunning_pause, name="dunning_pause"),
    path("policies/dunning/", vendor_dunning.dunning_policy, name="dunning_policy"),
    path("contracts/", contract_list.contract_list, name="contracts"),
    path("contracts.<str:format>", contract_list.contracts_export, name="contracts_export"),
    path("organizations/<slug:account>/contract/", contracts.contract, name="contract"),
    path("organizations/<slug:account>/reductions/", reductions.reductions_page, name="reductions"),
    path(
        "organizations/<slug:account>/discounts/grant/",
        reductions.discount_grant,
        name="discount_grant",
    ),
    path(
        "organizations/<slug:account>/discounts/end/", reductions.discount_end, name="discount_end"
    ),
    path(
        "organizations/<slug:account>/credit/grant/", reductions.credit_grant, name="credit_grant"
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("o/<slug:slug>/", include(_organization)),
    path("vendor/", include(_vendor)),
    path("", include("billing.api.urls")),
    path("webhooks/stripe/", webhook.stripe_webhook, name="stripe_webhook"),
]
