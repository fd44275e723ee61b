"""Addresses of this app's API, below /api/v1/."""

from accounts.api.routes import OF_ORGANIZATION, VERSION, operation
from billing.api import (
    agreements,
    catalog,
    changes,
    documents,
    drafts,
    finance,
    incidents,
    minimums,
    payer,
    paying,
    payment,
    policies,
    price_moves,
    reductions,
    simulation,
    subscription,
    views,
)

_CATALOG = f"{VERSION}/catalog"
_DIFFERENCE = f"{VERSION}/reconciliation/differences/<int:difference_id>"
_PRICE = f"{_CATALOG}/prices/<int:price_id>"
_DRAFT = f"{_CATALOG}/drafts/<int:draft_id>"
_MIGRATION = f"{_CATALOG}/migrations/<int:migration_id>"

_catalog = [
    operation(f"{_CATALOG}/plans", catalog.CatalogPlansView, "catalog_plans"),
    operation(
        f"{_CATALOG}/plans/<int:plan_id>/retire",
        catalog.CatalogPlanRetireView,
        "catalog_plan_retire",
    ),
    operation(f"{_CATALOG}/prices", catalog.CatalogPricesView, "catalog_prices"),
    operation(_PRICE, catalog.CatalogPriceView, "catalog_price"),
    operation(f"{_PRICE}/retire", catalog.CatalogPriceRetireView, "catalog_price_retire"),
    operation(f"{_PRICE}/draft", drafts.PriceDraftFromView, "price_draft_from"),
    operation(f"{_PRICE}/moves", price_moves.PriceMovesView, "price_moves"),
    operation(f"{_CATALOG}/drafts", drafts.PriceDraftsView, "price_drafts"),
    operation(_DRAFT, drafts.PriceDraftView, "price_draft"),
    operation(f"{_DRAFT}/publish", drafts.PriceDraftPublishView, "price_draft_publish"),
    operation(f"{_CATALOG}/migrations", price_moves.MigrationsView, "price_migrations"),
    operation(_MIGRATION, price_moves.MigrationView, "price_migration"),
    operation(f"{_MIGRATION}/retry", price_moves.MigrationRetryView, "price_migration_retry"),
    operation(f"{_MIGRATION}/undo", price_moves.MigrationUndoView, "price_migration_undo"),
]

_agreements = [
    operation(f"{VERSION}/contracts", agreements.ContractsView, "contracts"),
    operation(f"{OF_ORGANIZATION}/contract", agreements.ContractView, "contract"),
    operation(f"{OF_ORGANIZATION}/tax-exemption", agreements.TaxExemptionView, "tax_exemption"),
    operation(f"{OF_ORGANIZATION}/limits", policies.OrganizationLimitsView, "organization_limits"),
    operation(f"{OF_ORGANIZATION}/discounts", reductions.DiscountsView, "discounts"),
    operation(f"{OF_ORGANIZATION}/discounts/current", reductions.DiscountEndView, "discount_end"),
    operation(f"{OF_ORGANIZATION}/credits", reductions.CreditsView, "credits"),
    operation(
        f"{OF_ORGANIZATION}/minimum-waivers",
        minimums.OrganizationWaiversView,
        "organization_waivers",
    ),
    operation(f"{VERSION}/minimum-waivers", minimums.WaiversView, "waivers"),
    operation(f"{VERSION}/minimum-waivers/<int:waiver_id>", minimums.WaiverView, "waiver"),
    operation(f"{VERSION}/minimums-abandoned", minimums.AbandonedMinimumsView, "abandoned"),
]

_POLICIES = f"{VERSION}/policies"
_policies = [
    operation(f"{_POLICIES}/dunning", policies.DunningPolicyView, "dunning_policy"),
    operation(f"{_POLICIES}/limits", policies.LimitsView, "limits"),
    operation(f"{_POLICIES}/approval-amounts", policies.ApprovalAmountsView, "approval_amounts"),
    operation(f"{_POLICIES}/tax-rules", policies.TaxRulesView, "tax_rules"),
    operation(f"{_POLICIES}/seller", policies.SellerView, "seller"),
    operation(f"{_POLICIES}/seller/preview", policies.SellerPreviewView, "seller_preview"),
]

_INCIDENT = f"{VERSION}/incidents/<int:incident_id>"
_STRANGERS = f"{VERSION}/reconciliation/strangers"
_incidents = [
    operation(f"{VERSION}/incidents", incidents.IncidentsView, "incidents"),
    operation(f"{_INCIDENT}/close", incidents.IncidentCloseView, "incident_close"),
    operation(f"{_INCIDENT}/repair", incidents.IncidentRepairView, "incident_repair"),
    operation(f"{VERSION}/renewal-holds", incidents.HoldsView, "holds"),
    operation(f"{VERSION}/stripe-events", incidents.StripeEventsView, "stripe_events"),
    operation(f"{VERSION}/stripe-events/<int:event_id>", incidents.StripeEventView, "stripe_event"),
    operation(
        f"{VERSION}/stripe-events/process", incidents.StripeEventsAgainView, "stripe_events_again"
    ),
    operation(_STRANGERS, incidents.StrangersView, "strangers"),
    operation(f"{_STRANGERS}/<int:stranger_id>", incidents.StrangerView, "stranger"),
    operation(
        f"{_STRANGERS}/<int:stranger_id>/accept", incidents.StrangerAcceptView, "stranger_accept"
    ),
    operation(f"{_STRANGERS}/<int:stranger_id>/link", incidents.StrangerLinkView, "stranger_link"),
]

_INVOICE = f"{OF_ORGANIZATION}/invoices/<int:invoice_id>"
_START = f"{OF_ORGANIZATION}/subscription/starts/<uuid:start_id>"
_paying = [
    operation(f"{_INVOICE}/pay", paying.InvoicePayView, "invoice_pay"),
    operation(f"{_INVOICE}/receipt", documents.ReceiptPdfView, "receipt_pdf"),
    operation(f"{OF_ORGANIZATION}/credit-notes", documents.CreditNotesView, "credit_notes"),
    operation(
        f"{OF_ORGANIZATION}/credit-notes/<int:credit_note_id>/pdf",
        documents.CreditNotePdfView,
        "credit_note_pdf",
    ),
    operation(f"{_START}/continue", paying.StartContinueView, "start_continue"),
    operation(f"{_START}/withdraw", paying.StartWithdrawView, "start_withdraw"),
    operation(f"{OF_ORGANIZATION}/subscription/end-trial", paying.TrialEndView, "trial_end"),
    operation(f"{OF_ORGANIZATION}/subscription/fewer-seats", paying.FewerSeatsView, "fewer_seats"),
    operation(f"{OF_ORGANIZATION}/purchase-reviews", paying.OwnReviewsView, "own_reviews"),
]

urlpatterns = [
    *_catalog,
    *_paying,
    *_agreements,
    *_policies,
    *_incidents,
    operation(f"{VERSION}/plans", views.PlansView, "plans"),
    operation(f"{VERSION}/prices/simulate", simulation.PriceSimulationView, "simulate_prices"),
    operation(f"{OF_ORGANIZATION}/billing/details", payer.PayerView, "billing_details"),
    operation(f"{OF_ORGANIZATION}/quotes/saved", payer.SavedQuotesView, "saved_quotes"),
    operation(f"{OF_ORGANIZATION}/quotes/<uuid:quote_id>/save", payer.QuoteSaveView, "quote_save"),
    operation(
        f"{OF_ORGANIZATION}/quotes/<uuid:quote_id>/renew", payer.QuoteRenewView, "quote_renew"
    ),
    operation(
        f"{OF_ORGANIZATION}/purchases/<uuid:purchase_id>/cancel",
        payer.PurchaseCancelView,
        "purchase_cancel",
    ),
    operation(f"{OF_ORGANIZATION}/statement", payer.StatementView, "statement"),
    operation(f"{VERSION}/dunning", finance.DunningView, "dunning"),
    operation(f"{VERSION}/dunning/<int:case_id>/pause", finance.DunningPauseView, "dunning_pause"),
    operation(f"{VERSION}/reconciliation/runs", finance.ReconciliationRunView, "runs"),
    operation(f"{VERSION}/reconciliation/differences", finance.DifferencesView, "differences"),
    operation(_DIFFERENCE, finance.DifferenceView, "difference"),
    operation(f"{_DIFFERENCE}/repair", finance.DifferenceRepairView, "difference_repair"),
    operation(f"{_DIFFERENCE}/look", finance.DifferenceLookView, "difference_look"),
    operation(f"{VERSION}/purchase-reviews", finance.ReviewsView, "reviews"),
    operation(
        f"{VERSION}/purchase-reviews/<int:review_id>/decision",
        finance.ReviewDecideView,
        "review_decide",
    ),
    operation(f"{OF_ORGANIZATION}/billing", payment.BillingView, "billing"),
    operation(f"{OF_ORGANIZATION}/subscription", subscription.SubscriptionView, "subscription"),
    operation(f"{OF_ORGANIZATION}/quotes", views.QuotesView, "quotes"),
    operation(f"{OF_ORGANIZATION}/quotes/<uuid:quote_id>", views.QuoteView, "quote"),
    operation(f"{OF_ORGANIZATION}/purchases", views.PurchasesView, "purchases"),
    operation(f"{OF_ORGANIZATION}/purchases/<uuid:purchase_id>", views.PurchaseView, "purchase"),
    operation(f"{OF_ORGANIZATION}/changes", changes.ChangesView, "changes"),
    operation(
        f"{OF_ORGANIZATION}/changes/<uuid:change_id>/undo", changes.ChangeUndoView, "undo_change"
    ),
    operation(f"{OF_ORGANIZATION}/ledger", views.LedgerView, "ledger"),
    operation(
        f"{OF_ORGANIZATION}/invoices/<int:invoice_id>/pdf", documents.InvoicePdfView, "invoice_pdf"
    ),
    operation(f"{OF_ORGANIZATION}/quotes/<uuid:quote_id>/pdf", documents.QuotePdfView, "quote_pdf"),
    operation(f"{OF_ORGANIZATION}/invoices", views.InvoicesView, "invoices"),
]
