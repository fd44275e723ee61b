"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from billing.api import changes, documents, payment, simulation, subscription, views

_ORGANIZATION = "api/v1/organizations/<str:organization>"

urlpatterns = [
    path("api/v1/plans", views.PlansView.as_view(), name="api_plans"),
    path(
        "api/v1/prices/simulate",
        simulation.PriceSimulationView.as_view(),
        name="api_simulate_prices",
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
