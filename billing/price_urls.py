"""Addresses of the catalog and the price designer, below /vendor/prices/."""

from django.urls import path

from billing.views import designer, price_moves, prices

urlpatterns = [
    path("", prices.prices, name="prices"),
    path("plans/new/", prices.plan_new, name="plan_new"),
    path("plans/<int:plan_id>/retire/", prices.plan_retire, name="plan_retire"),
    path("plans/<int:plan_id>/draft/", designer.draft_new, name="price_draft_new"),
    path("<int:price_id>/", prices.price, name="price"),
    path("<int:price_id>/draft/", designer.draft_from_price, name="price_draft_from"),
    path("<int:price_id>/retire/", prices.price_retire, name="price_retire"),
    path("<int:price_id>/curve.<str:format>", prices.price_curve, name="price_curve"),
    path("<int:price_id>/move/", price_moves.price_move, name="price_move"),
    path("moves/<int:migration_id>/", price_moves.price_migration, name="price_migration"),
    path("moves/<int:migration_id>/retry/", price_moves.migration_retry, name="migration_retry"),
    path("moves/<int:migration_id>/undo/", price_moves.migration_undo, name="migration_undo"),
    path("drafts/<int:draft_id>/", designer.draft, name="price_draft"),
    path("drafts/<int:draft_id>/analysis/", designer.draft_analysis, name="price_draft_analysis"),
    path("drafts/<int:draft_id>/publish/", designer.draft_publish, name="price_draft_publish"),
    path("drafts/<int:draft_id>/discard/", designer.draft_discard, name="price_draft_discard"),
    path("drafts/<int:draft_id>/curve.<str:format>", designer.draft_curve, name="draft_curve"),
]
