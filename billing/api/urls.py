"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from billing.api import changes, documents, finance, payer, payment, simulation, subscription, views

_ORGANIZATION = "api/v1/organizations/<str:organization>"
_DIFFERENCE = "api/v1/reconciliation/differences/<int:difference_id>"

urlpatterns = [
    path("api/v1/plans", views.PlansView.as_view(), name="api_plans"),
    path(
        "api/v1/prices/simulate",
        simulation.PriceSimulationView.as_view(),
        name="api_simulate_prices",
    ),
    path(
        f"{_ORGANIZATION}/billing/details",
        payer.PayerView.as_view(),
        name="api_billing_details",
    ),
    path(f"{_ORGANIZATION}/quotes/saved", payer.SavedQuotesView.as_view(), name="api_saved_quotes"),
    path(
        f"{_ORGANIZATION}/quotes/<uuid:quote_id>/save",
        payer.QuoteSaveView.as_view(),
        name="api_quote_save",
    ),
    path(
        f"{_ORGANIZATION}/quotes/<uuid:quote_id>/renew",
        payer.QuoteRenewView.as_view(),
        name="api_quote_renew",
    ),
    path(
        f"{_ORGANIZATION}/purchases/<uuid:purchase_id>/cancel",
        payer.PurchaseCancelView.as_view(),
        name="api_purchase_cancel",
    ),
    path(f"{_ORGANIZATION}/statement", payer.StatementView.as_view(), name="api_statement"),
    path("api/v1/dunning", finance.DunningView.as_view(), name="api_dunning"),
    path(
        "api/v1/dunning/<int:case_id>/pause",
        finance.DunningPauseView.as_view(),
        name="api_dunning_pause",
    ),
    path("api/v1/reconciliation/runs", finance.ReconciliationRunView.as_view(), name="api_runs"),
    path(
        "api/v1/reconciliation/differences",
        finance.DifferencesView.as_view(),
        name="api_differences",
    ),
    path(_DIFFERENCE, finance.DifferenceView.as_view(), name="api_difference"),
    path(
        f"{_DIFFERENCE}/repair",
        finance.DifferenceRepairView.as_view(),
        name="api_difference_repair",
    ),
    path(f"{_DIFFERENCE}/look", finance.DifferenceLookView.as_view(), name="api_difference_look"),
    path("api/v1/purchase-reviews", finance.ReviewsView.as_view(), name="api_reviews"),
    path(
        "api/v1/purchase-reviews/<int:review_id>/decision",
        finance.ReviewDecideView.as_view(),
        name="api_review_decide",
    ),
    path(f"{_ORGANIZATION}/billing", payment.BillingView.as_view(), name="api_billing"),
    path(
        f"{_ORGANIZATION}/subscription",
        subscription.SubscriptionView.as_view(),
        name="api_subscription",
    ),
    path(f"{_ORGANIZATION}/quotes", views.QuotesView.as_view(), name="api_quotes"),
    path(f"{_ORGANIZATION}/quotes/<uuid:quote_id>", views.QuoteView.as_view(), name="api_quote"),
    path(f"{_ORGANIZATION}/purchases", views.PurchasesView.as_view(), name="api_purchases"),
    path(
        f"{_ORGANIZATION}/purchases/<uuid:purchase_id>",
        views.PurchaseView.as_view(),
        name="api_purchase",
    ),
    path(f"{_ORGANIZATION}/changes", changes.ChangesView.as_view(), name="api_changes"),
    path(
        f"{_ORGANIZATION}/changes/<uuid:change_id>/undo",
        changes.ChangeUndoView.as_view(),
        name="api_undo_change",
    ),
    path(f"{_ORGANIZATION}/ledger", views.LedgerView.as_view(), name="api_ledger"),
    path(
        f"{_ORGANIZATION}/invoices/<int:invoice_id>/pdf",
        documents.InvoicePdfView.as_view(),
        name="api_invoice_pdf",
    ),
    path(
        f"{_ORGANIZATION}/quotes/<uuid:quote_id>/pdf",
        documents.QuotePdfView.as_view(),
        name="api_quote_pdf",
    ),
    path(f"{_ORGANIZATION}/invoices", views.InvoicesView.as_view(), name="api_invoices"),
]
