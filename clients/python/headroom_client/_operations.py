"""Every operation of the API as a typed method, waiting for the answer.

Written by `python -m scripts.generate_client` from docs/openapi.yaml; not changed by hand.
"""
# ruff: noqa: E501

import datetime as dt
from collections.abc import Iterator
from typing import Any

from headroom_client import models
from headroom_client._calls import Call, cursor_of, quoted
from headroom_client._transport import Transport


class Operations(Transport):
    """The operations of the API."""

    def api_keys_issue(
        self,
        organization: str,
        body: models.NewApiKey,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.ShownApiKey:
        """Issue an API key. `POST /api/v1/organizations/{organization}/api-keys`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/api-keys",
                models.ShownApiKey,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def api_keys_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedApiKeyList:
        """List API keys. `GET /api/v1/organizations/{organization}/api-keys`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/api-keys",
                models.PaginatedApiKeyList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_api_keys_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.ApiKey]:
        """Every one of `api_keys_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.api_keys_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def api_keys_read(self, organization: str, api_key_id: str) -> models.ApiKey:
        """Read an API key. `GET /api/v1/organizations/{organization}/api-keys/{api_key_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/api-keys/{quoted(api_key_id)}",
                models.ApiKey,
            )
        )

    def api_keys_revoke(
        self,
        organization: str,
        api_key_id: str,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Revoke an API key. `DELETE /api/v1/organizations/{organization}/api-keys/{api_key_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/api-keys/{quoted(api_key_id)}",
                type(None),
                headers={"If-Match": if_match},
                takes_key=True,
                key=idempotency_key,
            )
        )

    def api_keys_rotate(
        self,
        organization: str,
        api_key_id: str,
        *,
        body: models.Rotation | None = None,
        idempotency_key: str | None = None,
    ) -> models.ShownApiKey:
        """Give an API key another secret. `POST /api/v1/organizations/{organization}/api-
        keys/{api_key_id}/rotate`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/api-keys/{quoted(api_key_id)}/rotate",
                models.ShownApiKey,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def approval_amounts_read(self) -> list[models.ApprovalAmount]:
        """Read above which amounts two people decide. `GET /api/v1/policies/approval-amounts`"""
        return self.call(
            Call("GET", "/api/v1/policies/approval-amounts", list[models.ApprovalAmount])
        )

    def approval_amounts_set(
        self, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Set the amounts (always refused). `PUT /api/v1/policies/approval-amounts`"""
        return self.call(
            Call(
                "PUT",
                "/api/v1/policies/approval-amounts",
                dict[str, Any],
                headers={"If-Match": if_match},
                takes_key=True,
                key=idempotency_key,
            )
        )

    def approval_rules_read(self, organization: str) -> models.ApprovalRules:
        """Read who approves which purchases. `GET /api/v1/organizations/{organization}/approval-
        rules`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/approval-rules",
                models.ApprovalRules,
            )
        )

    def ask_for_purchase(
        self,
        organization: str,
        body: models.Ask,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.ApprovalRequest:
        """Ask for the approval of a purchase. `POST /api/v1/organizations/{organization}/purchase-
        requests`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/purchase-requests",
                models.ApprovalRequest,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def baselines_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedBaselineList:
        """Baselines of outcomes. `GET /api/v1/organizations/{organization}/outcomes/baselines`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/outcomes/baselines",
                models.PaginatedBaselineList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_baselines_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.Baseline]:
        """Every one of `baselines_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.baselines_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def baselines_remove(
        self, organization: str, baseline_id: str, *, idempotency_key: str | None = None
    ) -> None:
        """Remove a baseline. `DELETE
        /api/v1/organizations/{organization}/outcomes/baselines/{baseline_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/outcomes/baselines/{quoted(baseline_id)}",
                type(None),
                takes_key=True,
                key=idempotency_key,
            )
        )

    def baselines_set(
        self,
        organization: str,
        body: models.BaselineFacts,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Baseline:
        """Set a baseline. `POST /api/v1/organizations/{organization}/outcomes/baselines`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/outcomes/baselines",
                models.Baseline,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def billing(self, organization: str) -> models.Billing:
        """How an organization pays. `GET /api/v1/organizations/{organization}/billing`"""
        return self.call(
            Call("GET", f"/api/v1/organizations/{quoted(organization)}/billing", models.Billing)
        )

    def billing_details_change(
        self,
        organization: str,
        *,
        body: models.PatchedBillingDetails | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.BillingDetails:
        """Change who pays. `PATCH /api/v1/organizations/{organization}/billing/details`"""
        return self.call(
            Call(
                "PATCH",
                f"/api/v1/organizations/{quoted(organization)}/billing/details",
                models.BillingDetails,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def billing_details_read(self, organization: str) -> models.BillingDetails:
        """Who pays, and what invoices say about them. `GET
        /api/v1/organizations/{organization}/billing/details`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/billing/details",
                models.BillingDetails,
            )
        )

    def browser_token(self, body: models.TokenQuestion) -> models.TokenAnswer:
        """A token for somebody's page. `POST /api/v1/browser/tokens`"""
        return self.call(
            Call("POST", "/api/v1/browser/tokens", models.TokenAnswer, body=body, is_safe=True)
        )

    def buying_profile_change(
        self,
        organization: str,
        body: models.BuyingProfile,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.BuyingProfile:
        """Write how an organization buys. `PUT /api/v1/organizations/{organization}/buying-
        profile`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/buying-profile",
                models.BuyingProfile,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def buying_profile_read(self, organization: str) -> models.BuyingProfile:
        """Read how an organization buys. `GET /api/v1/organizations/{organization}/buying-profile`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/buying-profile",
                models.BuyingProfile,
            )
        )

    def cancel_purchase(
        self, organization: str, purchase_id: str, *, idempotency_key: str | None = None
    ) -> models.Purchase:
        """Give up a purchase that waits for the payer. `POST
        /api/v1/organizations/{organization}/purchases/{purchase_id}/cancel`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/purchases/{quoted(purchase_id)}/cancel",
                models.Purchase,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def catalog_plans_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedCatalogPlanList:
        """List all plans, retired ones too. `GET /api/v1/catalog/plans`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/catalog/plans",
                models.PaginatedCatalogPlanList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_catalog_plans_list(self, *, limit: int | None = None) -> Iterator[models.CatalogPlan]:
        """Every one of `catalog_plans_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.catalog_plans_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def catalog_plans_make(
        self,
        body: models.NewPlan,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.CatalogPlan:
        """Make a plan without prices. `POST /api/v1/catalog/plans`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/catalog/plans",
                models.CatalogPlan,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def catalog_plans_retire(
        self, plan_id: str, *, idempotency_key: str | None = None
    ) -> models.CatalogPlan:
        """Take a plan off sale with all its prices. `POST /api/v1/catalog/plans/{plan_id}/retire`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/catalog/plans/{quoted(plan_id)}/retire",
                models.CatalogPlan,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def catalog_prices_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedPriceVersionList:
        """List all versions of all prices, with how many pay each. `GET /api/v1/catalog/prices`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/catalog/prices",
                models.PaginatedPriceVersionList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_catalog_prices_list(
        self, *, limit: int | None = None
    ) -> Iterator[models.PriceVersion]:
        """Every one of `catalog_prices_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.catalog_prices_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def catalog_prices_read(self, price_id: str) -> models.PriceVersion:
        """Read a version of a price. `GET /api/v1/catalog/prices/{price_id}`"""
        return self.call(
            Call("GET", f"/api/v1/catalog/prices/{quoted(price_id)}", models.PriceVersion)
        )

    def catalog_prices_retire(
        self, price_id: str, *, idempotency_key: str | None = None
    ) -> models.PriceVersion:
        """Take a price off sale without a new version. `POST
        /api/v1/catalog/prices/{price_id}/retire`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/catalog/prices/{quoted(price_id)}/retire",
                models.PriceVersion,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def change_expansion(
        self,
        organization: str,
        expansion_id: str,
        body: models.NewExpansion,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Expansion:
        """Change a planned expansion. `PUT /api/v1/organizations/{organization}/planned-
        expansions/{expansion_id}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/planned-expansions/{quoted(expansion_id)}",
                models.Expansion,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def change_task(
        self,
        task_id: str,
        *,
        body: models.PatchedTaskChange | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Task:
        """Change an expansion task. `PATCH /api/v1/tasks/{task_id}`"""
        return self.call(
            Call(
                "PATCH",
                f"/api/v1/tasks/{quoted(task_id)}",
                models.Task,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def changes(self, organization: str) -> models.Changes:
        """What is planned for the renewal. `GET /api/v1/organizations/{organization}/changes`"""
        return self.call(
            Call("GET", f"/api/v1/organizations/{quoted(organization)}/changes", models.Changes)
        )

    def check_entitlement(self, body: models.EntitlementQuestion) -> models.EntitlementAnswer:
        """May this person come in?. `POST /api/v1/entitlements/check`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/entitlements/check",
                models.EntitlementAnswer,
                body=body,
                is_safe=True,
            )
        )

    def contract_approve(
        self,
        organization: str,
        body: models.Agreement,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.ApprovedContract:
        """Approve how an organization pays from now on. `PUT
        /api/v1/organizations/{organization}/contract`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/contract",
                models.ApprovedContract,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def contract_read(self, organization: str) -> models.ApprovedContract:
        """Read how an organization pays. `GET /api/v1/organizations/{organization}/contract`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/contract",
                models.ApprovedContract,
            )
        )

    def contracts_list(
        self,
        *,
        collection: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        search: str | None = None,
    ) -> models.PaginatedContractRowList:
        """List how organizations with a subscription pay. `GET /api/v1/contracts`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/contracts",
                models.PaginatedContractRowList,
                params={
                    "collection": collection,
                    "cursor": cursor,
                    "limit": limit,
                    "search": search,
                },
            )
        )

    def iter_contracts_list(
        self, *, collection: str | None = None, limit: int | None = None, search: str | None = None
    ) -> Iterator[models.ContractRow]:
        """Every one of `contracts_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.contracts_list(
                collection=collection, limit=limit, search=search, cursor=cursor
            )
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def credit_note_pdf(
        self, organization: str, credit_note_id: str, *, language: str | None = None
    ) -> bytes:
        """A credit note as PDF. `GET /api/v1/organizations/{organization}/credit-
        notes/{credit_note_id}/pdf`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/credit-notes/{quoted(credit_note_id)}/pdf",
                bytes,
                params={"language": language},
            )
        )

    def credit_notes(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedCreditNoteList:
        """The credit notes of an organization. `GET /api/v1/organizations/{organization}/credit-
        notes`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/credit-notes",
                models.PaginatedCreditNoteList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_credit_notes(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.CreditNote]:
        """Every one of `credit_notes`, page after page."""
        cursor: str | None = None
        while True:
            page = self.credit_notes(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def credits_grant(
        self,
        organization: str,
        body: models.NewCredit,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Credit:
        """Put money on an organization's credit balance. `POST
        /api/v1/organizations/{organization}/credits`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/credits",
                models.Credit,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def credits_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedCreditList:
        """List the credits of an organization. `GET /api/v1/organizations/{organization}/credits`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/credits",
                models.PaginatedCreditList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_credits_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.Credit]:
        """Every one of `credits_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.credits_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def crm_deals_list(
        self,
        mapping_id: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        since: dt.datetime | None = None,
    ) -> models.PaginatedCrmDealList:
        """Tasks as deals, under the headings of a mapping. `GET /api/v1/crm-
        mappings/{mapping_id}/deals`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/crm-mappings/{quoted(mapping_id)}/deals",
                models.PaginatedCrmDealList,
                params={"cursor": cursor, "limit": limit, "since": since},
            )
        )

    def iter_crm_deals_list(
        self, mapping_id: str, *, limit: int | None = None, since: dt.datetime | None = None
    ) -> Iterator[models.CrmDeal]:
        """Every one of `crm_deals_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.crm_deals_list(mapping_id, limit=limit, since=since, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def crm_mappings_change(
        self,
        mapping_id: str,
        body: models.CrmMappingBody,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.CrmMapping:
        """Change headings and stages of a mapping. `PUT /api/v1/crm-mappings/{mapping_id}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/crm-mappings/{quoted(mapping_id)}",
                models.CrmMapping,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def crm_mappings_create(
        self,
        body: models.NewCrmMapping,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.CrmMapping:
        """Add a mapping with the names of a CRM. `POST /api/v1/crm-mappings`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/crm-mappings",
                models.CrmMapping,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def crm_mappings_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedCrmMappingList:
        """Mappings of tasks to deals of a CRM. `GET /api/v1/crm-mappings`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/crm-mappings",
                models.PaginatedCrmMappingList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_crm_mappings_list(self, *, limit: int | None = None) -> Iterator[models.CrmMapping]:
        """Every one of `crm_mappings_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.crm_mappings_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def crm_mappings_read(self, mapping_id: str) -> models.CrmMapping:
        """A mapping of tasks to deals. `GET /api/v1/crm-mappings/{mapping_id}`"""
        return self.call(
            Call("GET", f"/api/v1/crm-mappings/{quoted(mapping_id)}", models.CrmMapping)
        )

    def decide_purchase_request(
        self, organization: str, purchase_request_id: str, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Decide a request (always refused). `POST /api/v1/organizations/{organization}/purchase-
        requests/{purchase_request_id}/decision`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/purchase-requests/{quoted(purchase_request_id)}/decision",
                dict[str, Any],
                takes_key=True,
                key=idempotency_key,
            )
        )

    def decide_purchase_review(
        self, review_id: str, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Decide about an order (always refused). `POST /api/v1/purchase-
        reviews/{review_id}/decision`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/purchase-reviews/{quoted(review_id)}/decision",
                dict[str, Any],
                takes_key=True,
                key=idempotency_key,
            )
        )

    def deletions_ask(
        self,
        organization: str,
        body: models.NewDeletion,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Deletion:
        """Ask that a person is deleted. `POST /api/v1/organizations/{organization}/deletions`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/deletions",
                models.Deletion,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def deletions_decide(
        self,
        organization: str,
        deletion_id: str,
        body: models.DeletionDecision,
        *,
        idempotency_key: str | None = None,
    ) -> models.Deletion:
        """Decide a deletion that was asked for. `POST
        /api/v1/organizations/{organization}/deletions/{deletion_id}/decision`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/deletions/{quoted(deletion_id)}/decision",
                models.Deletion,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def deletions_list(
        self,
        organization: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        state: str | None = None,
    ) -> models.PaginatedDeletionList:
        """Deletions of people. `GET /api/v1/organizations/{organization}/deletions`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/deletions",
                models.PaginatedDeletionList,
                params={"cursor": cursor, "limit": limit, "state": state},
            )
        )

    def iter_deletions_list(
        self, organization: str, *, limit: int | None = None, state: str | None = None
    ) -> Iterator[models.Deletion]:
        """Every one of `deletions_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.deletions_list(organization, limit=limit, state=state, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def deletions_read(self, organization: str, deletion_id: str) -> models.Deletion:
        """A deletion of a person. `GET
        /api/v1/organizations/{organization}/deletions/{deletion_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/deletions/{quoted(deletion_id)}",
                models.Deletion,
            )
        )

    def deletions_undo(
        self, organization: str, deletion_id: str, *, idempotency_key: str | None = None
    ) -> models.Deletion:
        """Take a deletion back before its day. `POST
        /api/v1/organizations/{organization}/deletions/{deletion_id}/undo`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/deletions/{quoted(deletion_id)}/undo",
                models.Deletion,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def departments_change(
        self,
        organization: str,
        department_id: str,
        *,
        body: models.PatchedDepartmentName | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Department:
        """Rename a department. `PATCH
        /api/v1/organizations/{organization}/departments/{department_id}`"""
        return self.call(
            Call(
                "PATCH",
                f"/api/v1/organizations/{quoted(organization)}/departments/{quoted(department_id)}",
                models.Department,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def departments_create(
        self,
        organization: str,
        body: models.DepartmentName,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Department:
        """Create a department. `POST /api/v1/organizations/{organization}/departments`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/departments",
                models.Department,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def departments_delete(
        self,
        organization: str,
        department_id: str,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Remove a department. `DELETE
        /api/v1/organizations/{organization}/departments/{department_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/departments/{quoted(department_id)}",
                type(None),
                headers={"If-Match": if_match},
                takes_key=True,
                key=idempotency_key,
            )
        )

    def departments_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedDepartmentList:
        """List departments. `GET /api/v1/organizations/{organization}/departments`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/departments",
                models.PaginatedDepartmentList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_departments_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.Department]:
        """Every one of `departments_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.departments_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def departments_read(self, organization: str, department_id: str) -> models.Department:
        """Read a department. `GET
        /api/v1/organizations/{organization}/departments/{department_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/departments/{quoted(department_id)}",
                models.Department,
            )
        )

    def difference(self, difference_id: str) -> models.Difference:
        """A difference from Stripe. `GET /api/v1/reconciliation/differences/{difference_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/reconciliation/differences/{quoted(difference_id)}",
                models.Difference,
            )
        )

    def difference_look(
        self, difference_id: str, *, idempotency_key: str | None = None
    ) -> models.Difference:
        """Ask Stripe whether a difference is still there. `POST
        /api/v1/reconciliation/differences/{difference_id}/look`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/reconciliation/differences/{quoted(difference_id)}/look",
                models.Difference,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def difference_repair(
        self, difference_id: str, body: models.Repair, *, idempotency_key: str | None = None
    ) -> models.Difference:
        """Repair a difference as it was read. `POST
        /api/v1/reconciliation/differences/{difference_id}/repair`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/reconciliation/differences/{quoted(difference_id)}/repair",
                models.Difference,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def differences(
        self,
        *,
        cursor: str | None = None,
        kind: str | None = None,
        limit: int | None = None,
        state: str | None = None,
    ) -> models.PaginatedDifferenceList:
        """Where our figures and Stripe's are not the same. `GET
        /api/v1/reconciliation/differences`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/reconciliation/differences",
                models.PaginatedDifferenceList,
                params={"cursor": cursor, "kind": kind, "limit": limit, "state": state},
            )
        )

    def iter_differences(
        self, *, kind: str | None = None, limit: int | None = None, state: str | None = None
    ) -> Iterator[models.Difference]:
        """Every one of `differences`, page after page."""
        cursor: str | None = None
        while True:
            page = self.differences(kind=kind, limit=limit, state=state, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def directory_change(
        self,
        organization: str,
        body: models.DirectoryChoices,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Directory:
        """Choose what the directory decides. `PUT /api/v1/organizations/{organization}/directory`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/directory",
                models.Directory,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def directory_groups_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedDirectoryGroupList:
        """Groups of the directory and what being in them means. `GET
        /api/v1/organizations/{organization}/directory/groups`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/directory/groups",
                models.PaginatedDirectoryGroupList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_directory_groups_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.DirectoryGroup]:
        """Every one of `directory_groups_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.directory_groups_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def directory_groups_map(
        self,
        organization: str,
        group_id: str,
        *,
        body: models.GroupMeaning | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.DirectoryGroup:
        """Choose what being in a group means. `PUT
        /api/v1/organizations/{organization}/directory/groups/{group_id}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/directory/groups/{quoted(group_id)}",
                models.DirectoryGroup,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def directory_groups_read(self, organization: str, group_id: str) -> models.DirectoryGroup:
        """A group of the directory. `GET
        /api/v1/organizations/{organization}/directory/groups/{group_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/directory/groups/{quoted(group_id)}",
                models.DirectoryGroup,
            )
        )

    def directory_read(self, organization: str) -> models.Directory:
        """How the connection to the directory stands. `GET
        /api/v1/organizations/{organization}/directory`"""
        return self.call(
            Call("GET", f"/api/v1/organizations/{quoted(organization)}/directory", models.Directory)
        )

    def directory_requests_list(
        self,
        organization: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        refused: bool | None = None,
    ) -> models.PaginatedDirectoryRequestList:
        """What the directory asked in the last 30 days. `GET
        /api/v1/organizations/{organization}/directory/requests`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/directory/requests",
                models.PaginatedDirectoryRequestList,
                params={"cursor": cursor, "limit": limit, "refused": refused},
            )
        )

    def iter_directory_requests_list(
        self, organization: str, *, limit: int | None = None, refused: bool | None = None
    ) -> Iterator[models.DirectoryRequest]:
        """Every one of `directory_requests_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.directory_requests_list(
                organization, limit=limit, refused=refused, cursor=cursor
            )
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def directory_tokens_issue(
        self, organization: str, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> models.ShownDirectoryToken:
        """Give the directory a token. `POST /api/v1/organizations/{organization}/directory/tokens`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/directory/tokens",
                models.ShownDirectoryToken,
                headers={"If-Match": if_match},
                takes_key=True,
                key=idempotency_key,
            )
        )

    def directory_tokens_list(self, organization: str) -> list[models.DirectoryToken]:
        """Tokens that the directory may use. `GET
        /api/v1/organizations/{organization}/directory/tokens`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/directory/tokens",
                list[models.DirectoryToken],
            )
        )

    def directory_tokens_revoke(
        self, organization: str, token_id: str, *, idempotency_key: str | None = None
    ) -> None:
        """Stop a token of the directory. `DELETE
        /api/v1/organizations/{organization}/directory/tokens/{token_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/directory/tokens/{quoted(token_id)}",
                type(None),
                takes_key=True,
                key=idempotency_key,
            )
        )

    def discounts_end(self, organization: str, *, idempotency_key: str | None = None) -> None:
        """End the discount that is in force. `DELETE
        /api/v1/organizations/{organization}/discounts/current`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/discounts/current",
                type(None),
                takes_key=True,
                key=idempotency_key,
            )
        )

    def discounts_grant(
        self,
        organization: str,
        body: models.NewDiscount,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Discount:
        """Grant a percentage off an organization's subscription. `POST
        /api/v1/organizations/{organization}/discounts`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/discounts",
                models.Discount,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def discounts_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedDiscountList:
        """List the discounts of an organization, past ones too. `GET
        /api/v1/organizations/{organization}/discounts`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/discounts",
                models.PaginatedDiscountList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_discounts_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.Discount]:
        """Every one of `discounts_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.discounts_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def dunning_cases(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedDunningCaseList:
        """Overdue invoices and what comes next. `GET /api/v1/dunning`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/dunning",
                models.PaginatedDunningCaseList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_dunning_cases(self, *, limit: int | None = None) -> Iterator[models.DunningCase]:
        """Every one of `dunning_cases`, page after page."""
        cursor: str | None = None
        while True:
            page = self.dunning_cases(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def dunning_pause(
        self, case_id: str, body: models.Pause, *, idempotency_key: str | None = None
    ) -> models.DunningCase:
        """Let nothing happen in a case until a day. `PUT /api/v1/dunning/{case_id}/pause`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/dunning/{quoted(case_id)}/pause",
                models.DunningCase,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def dunning_policy_change(
        self,
        body: models.ChangedDunningPolicy,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.DunningPolicy:
        """Change what happens with an overdue invoice. `PUT /api/v1/policies/dunning`"""
        return self.call(
            Call(
                "PUT",
                "/api/v1/policies/dunning",
                models.DunningPolicy,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def dunning_policy_read(self) -> models.DunningPolicy:
        """Read what happens with an overdue invoice, and when. `GET /api/v1/policies/dunning`"""
        return self.call(Call("GET", "/api/v1/policies/dunning", models.DunningPolicy))

    def dunning_resume(
        self, case_id: str, *, idempotency_key: str | None = None
    ) -> models.DunningCase:
        """Go on with a case. `DELETE /api/v1/dunning/{case_id}/pause`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/dunning/{quoted(case_id)}/pause",
                models.DunningCase,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def endpoint_deliveries_list(
        self,
        endpoint_id: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        q: str | None = None,
        since: dt.datetime | None = None,
        state: str | None = None,
        type: str | None = None,
        until: dt.datetime | None = None,
    ) -> models.PaginatedDeliveryList:
        """What an endpoint of the vendor was sent. `GET
        /api/v1/endpoints/{endpoint_id}/deliveries`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/endpoints/{quoted(endpoint_id)}/deliveries",
                models.PaginatedDeliveryList,
                params={
                    "cursor": cursor,
                    "limit": limit,
                    "q": q,
                    "since": since,
                    "state": state,
                    "type": type,
                    "until": until,
                },
            )
        )

    def iter_endpoint_deliveries_list(
        self,
        endpoint_id: str,
        *,
        limit: int | None = None,
        q: str | None = None,
        since: dt.datetime | None = None,
        state: str | None = None,
        type: str | None = None,
        until: dt.datetime | None = None,
    ) -> Iterator[models.Delivery]:
        """Every one of `endpoint_deliveries_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.endpoint_deliveries_list(
                endpoint_id,
                limit=limit,
                q=q,
                since=since,
                state=state,
                type=type,
                until=until,
                cursor=cursor,
            )
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def endpoint_deliveries_read(self, endpoint_id: str, delivery_id: str) -> models.WholeDelivery:
        """One message to an endpoint of the vendor. `GET
        /api/v1/endpoints/{endpoint_id}/deliveries/{delivery_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/endpoints/{quoted(endpoint_id)}/deliveries/{quoted(delivery_id)}",
                models.WholeDelivery,
            )
        )

    def endpoint_deliveries_replay(
        self, endpoint_id: str, delivery_id: str, *, idempotency_key: str | None = None
    ) -> models.WholeDelivery:
        """Send the vendor's endpoint a message again. `POST
        /api/v1/endpoints/{endpoint_id}/deliveries/{delivery_id}/replay`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/endpoints/{quoted(endpoint_id)}/deliveries/{quoted(delivery_id)}/replay",
                models.WholeDelivery,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def endpoints_change(
        self,
        endpoint_id: str,
        body: models.ChangedEndpoint,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Endpoint:
        """Change an endpoint of the vendor. `PUT /api/v1/endpoints/{endpoint_id}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/endpoints/{quoted(endpoint_id)}",
                models.Endpoint,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def endpoints_create(
        self,
        body: models.NewEndpoint,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.ShownEndpoint:
        """Add an endpoint of the vendor. `POST /api/v1/endpoints`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/endpoints",
                models.ShownEndpoint,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def endpoints_delete(
        self, endpoint_id: str, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Remove an endpoint of the vendor. `DELETE /api/v1/endpoints/{endpoint_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/endpoints/{quoted(endpoint_id)}",
                type(None),
                headers={"If-Match": if_match},
                takes_key=True,
                key=idempotency_key,
            )
        )

    def endpoints_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedEndpointList:
        """The vendor's endpoints. `GET /api/v1/endpoints`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/endpoints",
                models.PaginatedEndpointList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_endpoints_list(self, *, limit: int | None = None) -> Iterator[models.Endpoint]:
        """Every one of `endpoints_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.endpoints_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def endpoints_read(self, endpoint_id: str) -> models.Endpoint:
        """An endpoint of the vendor. `GET /api/v1/endpoints/{endpoint_id}`"""
        return self.call(Call("GET", f"/api/v1/endpoints/{quoted(endpoint_id)}", models.Endpoint))

    def endpoints_renew_secret(
        self, endpoint_id: str, *, idempotency_key: str | None = None
    ) -> models.ShownEndpoint:
        """Give an endpoint of the vendor another secret. `POST
        /api/v1/endpoints/{endpoint_id}/secret`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/endpoints/{quoted(endpoint_id)}/secret",
                models.ShownEndpoint,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def endpoints_replay(
        self,
        endpoint_id: str,
        *,
        body: models.LogQuery | None = None,
        idempotency_key: str | None = None,
    ) -> models.ReplayedMessages:
        """Send messages again to an endpoint of the vendor. `POST
        /api/v1/endpoints/{endpoint_id}/replay`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/endpoints/{quoted(endpoint_id)}/replay",
                models.ReplayedMessages,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def endpoints_test(
        self, endpoint_id: str, *, idempotency_key: str | None = None
    ) -> models.Delivery:
        """Send an endpoint of the vendor a test. `POST /api/v1/endpoints/{endpoint_id}/test`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/endpoints/{quoted(endpoint_id)}/test",
                models.Delivery,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def endpoints_verify(
        self, endpoint_id: str, *, idempotency_key: str | None = None
    ) -> models.Delivery:
        """Have an endpoint of the vendor prove its address. `POST
        /api/v1/endpoints/{endpoint_id}/verify`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/endpoints/{quoted(endpoint_id)}/verify",
                models.Delivery,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def event_types_list(self) -> list[models.EventType]:
        """Kinds of events that endpoints can hear. `GET /api/v1/event-types`"""
        return self.call(Call("GET", "/api/v1/event-types", list[models.EventType]))

    def exports_download(self, organization: str, export_id: str) -> bytes:
        """Fetch a file. `GET /api/v1/organizations/{organization}/exports/people/{export_id}/file`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/exports/people/{quoted(export_id)}/file",
                bytes,
            )
        )

    def exports_read(self, organization: str, export_id: str) -> models.Export:
        """How far a file is. `GET /api/v1/organizations/{organization}/exports/people/{export_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/exports/people/{quoted(export_id)}",
                models.Export,
            )
        )

    def exports_start(
        self,
        organization: str,
        *,
        body: models.NewExport | None = None,
        idempotency_key: str | None = None,
    ) -> models.Export:
        """Write the list of people to a file. `POST
        /api/v1/organizations/{organization}/exports/people`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/exports/people",
                models.Export,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def fewer_seats(
        self, organization: str, body: models.FewerSeats, *, idempotency_key: str | None = None
    ) -> models.Noted:
        """Tell the vendor that a plan is sold from too many seats on. `POST
        /api/v1/organizations/{organization}/subscription/fewer-seats`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/subscription/fewer-seats",
                models.Noted,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def growth_choose(
        self,
        organization: str,
        ledger_entry_id: str,
        body: models.ChosenPattern,
        *,
        idempotency_key: str | None = None,
    ) -> None:
        """Say how an account grew by an increase. `PUT
        /api/v1/organizations/{organization}/growth/{ledger_entry_id}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/growth/{quoted(ledger_entry_id)}",
                type(None),
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def growth_list(self, organization: str) -> list[models.Increase]:
        """How an account grew. `GET /api/v1/organizations/{organization}/growth`"""
        return self.call(
            Call(
                "GET", f"/api/v1/organizations/{quoted(organization)}/growth", list[models.Increase]
            )
        )

    def history_list(
        self,
        organization: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        object_type: str | None = None,
        q: str | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        verb: str | None = None,
    ) -> models.PaginatedHistoryEntryList:
        """What was changed, by whom and when. `GET /api/v1/organizations/{organization}/history`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/history",
                models.PaginatedHistoryEntryList,
                params={
                    "cursor": cursor,
                    "limit": limit,
                    "object_type": object_type,
                    "q": q,
                    "since": since,
                    "until": until,
                    "verb": verb,
                },
            )
        )

    def iter_history_list(
        self,
        organization: str,
        *,
        limit: int | None = None,
        object_type: str | None = None,
        q: str | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        verb: str | None = None,
    ) -> Iterator[models.HistoryEntry]:
        """Every one of `history_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.history_list(
                organization,
                limit=limit,
                object_type=object_type,
                q=q,
                since=since,
                until=until,
                verb=verb,
                cursor=cursor,
            )
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def incidents_close(
        self, incident_id: str, body: models.Finding, *, idempotency_key: str | None = None
    ) -> models.Incident:
        """Close an incident with what was found. `POST /api/v1/incidents/{incident_id}/close`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/incidents/{quoted(incident_id)}/close",
                models.Incident,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def incidents_list(
        self, *, cursor: str | None = None, limit: int | None = None, state: str | None = None
    ) -> models.PaginatedIncidentList:
        """List what stopped because it does not agree with Stripe. `GET /api/v1/incidents`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/incidents",
                models.PaginatedIncidentList,
                params={"cursor": cursor, "limit": limit, "state": state},
            )
        )

    def iter_incidents_list(
        self, *, limit: int | None = None, state: str | None = None
    ) -> Iterator[models.Incident]:
        """Every one of `incidents_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.incidents_list(limit=limit, state=state, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def incidents_repair(
        self, incident_id: str, body: models.NotedRepair, *, idempotency_key: str | None = None
    ) -> models.Incident:
        """Make what Stripe noted for a monthly addition what was quoted. `POST
        /api/v1/incidents/{incident_id}/repair`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/incidents/{quoted(incident_id)}/repair",
                models.Incident,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def invitations_create(
        self,
        organization: str,
        body: models.NewInvitation,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Invitation:
        """Invite somebody. `POST /api/v1/organizations/{organization}/invitations`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/invitations",
                models.Invitation,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def invitations_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedInvitationList:
        """List invitations that nobody has answered. `GET
        /api/v1/organizations/{organization}/invitations`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/invitations",
                models.PaginatedInvitationList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_invitations_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.Invitation]:
        """Every one of `invitations_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.invitations_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def invitations_resend(
        self, organization: str, invitation_id: str, *, idempotency_key: str | None = None
    ) -> models.Invitation:
        """Send an invitation again. `POST
        /api/v1/organizations/{organization}/invitations/{invitation_id}/resend`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/invitations/{quoted(invitation_id)}/resend",
                models.Invitation,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def invitations_revoke(
        self, organization: str, invitation_id: str, *, idempotency_key: str | None = None
    ) -> None:
        """Take an invitation back. `DELETE
        /api/v1/organizations/{organization}/invitations/{invitation_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/invitations/{quoted(invitation_id)}",
                type(None),
                takes_key=True,
                key=idempotency_key,
            )
        )

    def invoice_pay(
        self, organization: str, invoice_id: str, *, idempotency_key: str | None = None
    ) -> models.PaymentAttempt:
        """Pay an open invoice with the card on file. `POST
        /api/v1/organizations/{organization}/invoices/{invoice_id}/pay`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/invoices/{quoted(invoice_id)}/pay",
                models.PaymentAttempt,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def invoice_pdf(
        self, organization: str, invoice_id: str, *, language: str | None = None
    ) -> bytes:
        """An invoice as PDF. `GET /api/v1/organizations/{organization}/invoices/{invoice_id}/pdf`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/invoices/{quoted(invoice_id)}/pdf",
                bytes,
                params={"language": language},
            )
        )

    def invoices(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedInvoiceList:
        """The invoices of an organization. `GET /api/v1/organizations/{organization}/invoices`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/invoices",
                models.PaginatedInvoiceList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_invoices(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.Invoice]:
        """Every one of `invoices`, page after page."""
        cursor: str | None = None
        while True:
            page = self.invoices(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def jobs_list(self) -> list[models.Job]:
        """Scheduled jobs with their last run. `GET /api/v1/operations/jobs`"""
        return self.call(Call("GET", "/api/v1/operations/jobs", list[models.Job]))

    def limit_changes_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedLimitChangeList:
        """How the limit of an organization was changed. `GET
        /api/v1/organizations/{organization}/limit/changes`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/limit/changes",
                models.PaginatedLimitChangeList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_limit_changes_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.LimitChange]:
        """Every one of `limit_changes_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.limit_changes_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def limit_decide(
        self, organization: str, body: models.LimitDecision, *, idempotency_key: str | None = None
    ) -> models.NotedLimitDecision:
        """Note what was decided at a full limit. `POST
        /api/v1/organizations/{organization}/limit/decision`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/limit/decision",
                models.NotedLimitDecision,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def limit_defaults_list(self) -> list[models.LimitDefault]:
        """Which limits organizations begin with. `GET /api/v1/limit-defaults`"""
        return self.call(Call("GET", "/api/v1/limit-defaults", list[models.LimitDefault]))

    def limit_defaults_remove(
        self, limit_default_id: str, *, idempotency_key: str | None = None
    ) -> None:
        """Remove a default. `DELETE /api/v1/limit-defaults/{limit_default_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/limit-defaults/{quoted(limit_default_id)}",
                type(None),
                takes_key=True,
                key=idempotency_key,
            )
        )

    def limit_defaults_set(
        self,
        body: models.NewLimitDefault,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.LimitDefault:
        """Set which limit organizations begin with. `POST /api/v1/limit-defaults`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/limit-defaults",
                models.LimitDefault,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def limit_read(self, organization: str) -> models.Limit:
        """Limit of an organization. `GET /api/v1/organizations/{organization}/limit`"""
        return self.call(
            Call("GET", f"/api/v1/organizations/{quoted(organization)}/limit", models.Limit)
        )

    def limit_set(
        self,
        organization: str,
        body: models.SetLimit,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Limit:
        """Set the limit of an organization. `POST
        /api/v1/organizations/{organization}/limit/changes`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/limit/changes",
                models.Limit,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def limit_undo(
        self, organization: str, limit_change_id: str, *, idempotency_key: str | None = None
    ) -> models.Limit:
        """Bring back the limit from before the latest change. `POST
        /api/v1/organizations/{organization}/limit/changes/{limit_change_id}/undo`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/limit/changes/{quoted(limit_change_id)}/undo",
                models.Limit,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def limits_read(self) -> models.VendorLimits:
        """Read above what an order or a renewal waits for a person. `GET /api/v1/policies/limits`"""
        return self.call(Call("GET", "/api/v1/policies/limits", models.VendorLimits))

    def limits_set(
        self, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Set the limits (always refused). `PUT /api/v1/policies/limits`"""
        return self.call(
            Call(
                "PUT",
                "/api/v1/policies/limits",
                dict[str, Any],
                headers={"If-Match": if_match},
                takes_key=True,
                key=idempotency_key,
            )
        )

    def list_shared_accounts(
        self,
        *,
        as_of: dt.date | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        member: str | None = None,
        min_probability: float | None = None,
        organization: str | None = None,
    ) -> models.SharedAccounts:
        """How likely accounts are shared. `GET /api/v1/signals/sharing`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/signals/sharing",
                models.SharedAccounts,
                params={
                    "as_of": as_of,
                    "cursor": cursor,
                    "limit": limit,
                    "member": member,
                    "min_probability": min_probability,
                    "organization": organization,
                },
            )
        )

    def iter_list_shared_accounts(
        self,
        *,
        as_of: dt.date | None = None,
        limit: int | None = None,
        member: str | None = None,
        min_probability: float | None = None,
        organization: str | None = None,
    ) -> Iterator[models.SharedMember]:
        """Every one of `list_shared_accounts`, page after page."""
        cursor: str | None = None
        while True:
            page = self.list_shared_accounts(
                as_of=as_of,
                limit=limit,
                member=member,
                min_probability=min_probability,
                organization=organization,
                cursor=cursor,
            )
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def list_signals(
        self,
        *,
        cursor: str | None = None,
        kind: str | None = None,
        limit: int | None = None,
        organization: str | None = None,
        status: str | None = None,
    ) -> models.PaginatedSignalList:
        """List signals. `GET /api/v1/signals`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/signals",
                models.PaginatedSignalList,
                params={
                    "cursor": cursor,
                    "kind": kind,
                    "limit": limit,
                    "organization": organization,
                    "status": status,
                },
            )
        )

    def iter_list_signals(
        self,
        *,
        kind: str | None = None,
        limit: int | None = None,
        organization: str | None = None,
        status: str | None = None,
    ) -> Iterator[models.Signal]:
        """Every one of `list_signals`, page after page."""
        cursor: str | None = None
        while True:
            page = self.list_signals(
                kind=kind, limit=limit, organization=organization, status=status, cursor=cursor
            )
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def list_tasks(
        self,
        *,
        cursor: str | None = None,
        due_before: dt.datetime | None = None,
        limit: int | None = None,
        organization: str | None = None,
        owner: str | None = None,
        play: str | None = None,
        segment: str | None = None,
        state: str | None = None,
        waiting_for_room: bool | None = None,
    ) -> models.PaginatedTaskList:
        """List expansion tasks. `GET /api/v1/tasks`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/tasks",
                models.PaginatedTaskList,
                params={
                    "cursor": cursor,
                    "due_before": due_before,
                    "limit": limit,
                    "organization": organization,
                    "owner": owner,
                    "play": play,
                    "segment": segment,
                    "state": state,
                    "waiting_for_room": waiting_for_room,
                },
            )
        )

    def iter_list_tasks(
        self,
        *,
        due_before: dt.datetime | None = None,
        limit: int | None = None,
        organization: str | None = None,
        owner: str | None = None,
        play: str | None = None,
        segment: str | None = None,
        state: str | None = None,
        waiting_for_room: bool | None = None,
    ) -> Iterator[models.Task]:
        """Every one of `list_tasks`, page after page."""
        cursor: str | None = None
        while True:
            page = self.list_tasks(
                due_before=due_before,
                limit=limit,
                organization=organization,
                owner=owner,
                play=play,
                segment=segment,
                state=state,
                waiting_for_room=waiting_for_room,
                cursor=cursor,
            )
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def list_true_ups(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        quarter: str | None = None,
        state: str | None = None,
    ) -> models.PaginatedTrueUpList:
        """List true-ups. `GET /api/v1/true-ups`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/true-ups",
                models.PaginatedTrueUpList,
                params={"cursor": cursor, "limit": limit, "quarter": quarter, "state": state},
            )
        )

    def iter_list_true_ups(
        self, *, limit: int | None = None, quarter: str | None = None, state: str | None = None
    ) -> Iterator[models.TrueUp]:
        """Every one of `list_true_ups`, page after page."""
        cursor: str | None = None
        while True:
            page = self.list_true_ups(limit=limit, quarter=quarter, state=state, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def lock_outs_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedLockOutList:
        """List who was removed in a review, and what a return charges. `GET
        /api/v1/organizations/{organization}/lock-outs`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/lock-outs",
                models.PaginatedLockOutList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_lock_outs_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.LockOut]:
        """Every one of `lock_outs_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.lock_outs_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def lock_outs_return(
        self, organization: str, lock_out_id: str, *, idempotency_key: str | None = None
    ) -> models.LockOut:
        """Give somebody who was removed a seat again. `POST
        /api/v1/organizations/{organization}/lock-outs/{lock_out_id}/return`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/lock-outs/{quoted(lock_out_id)}/return",
                models.LockOut,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def members_change(
        self,
        organization: str,
        member: str,
        *,
        body: models.PatchedChangedMember | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Member:
        """Change a person. `PATCH /api/v1/organizations/{organization}/members/{member}`"""
        return self.call(
            Call(
                "PATCH",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}",
                models.Member,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def members_deactivate(
        self, organization: str, member: str, *, idempotency_key: str | None = None
    ) -> models.Member:
        """Deactivate a person. `POST
        /api/v1/organizations/{organization}/members/{member}/deactivate`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}/deactivate",
                models.Member,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def members_features(self, organization: str, member: str) -> list[models.UsedFeature]:
        """Features that a person uses. `GET
        /api/v1/organizations/{organization}/members/{member}/features`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}/features",
                list[models.UsedFeature],
            )
        )

    def members_reactivate(
        self, organization: str, member: str, *, idempotency_key: str | None = None
    ) -> models.Member:
        """Reactivate a person. `POST
        /api/v1/organizations/{organization}/members/{member}/reactivate`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}/reactivate",
                models.Member,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def members_read(self, organization: str, member: str) -> models.Member:
        """Read a person. `GET /api/v1/organizations/{organization}/members/{member}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}",
                models.Member,
            )
        )

    def members_role_give(
        self,
        organization: str,
        member: str,
        *,
        body: models.GivenRole | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.HeldRole:
        """Give a person a role, for everybody or some departments. `PUT
        /api/v1/organizations/{organization}/members/{member}/role`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}/role",
                models.HeldRole,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def members_role_read(self, organization: str, member: str) -> models.HeldRole:
        """Which role a person holds. `GET
        /api/v1/organizations/{organization}/members/{member}/role`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}/role",
                models.HeldRole,
            )
        )

    def messages_in_doubt_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedDoubtList:
        """Mail that was refused or may have arrived. `GET /api/v1/operations/messages-in-doubt`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/operations/messages-in-doubt",
                models.PaginatedDoubtList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_messages_in_doubt_list(self, *, limit: int | None = None) -> Iterator[models.Doubt]:
        """Every one of `messages_in_doubt_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.messages_in_doubt_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def messages_in_doubt_settle(
        self,
        body: models.Settle,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Settled:
        """Send mail in doubt again, or let it rest. `POST /api/v1/operations/messages-in-doubt`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/operations/messages-in-doubt",
                models.Settled,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def minimum_waivers_end(self, waiver_id: str, *, idempotency_key: str | None = None) -> None:
        """Let a plan's own minimum hold again. `DELETE /api/v1/minimum-waivers/{waiver_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/minimum-waivers/{quoted(waiver_id)}",
                type(None),
                takes_key=True,
                key=idempotency_key,
            )
        )

    def minimum_waivers_grant(
        self,
        organization: str,
        body: models.NewMinimumWaiver,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.MinimumWaiver:
        """Sell a plan to an organization from fewer seats on. `POST
        /api/v1/organizations/{organization}/minimum-waivers`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/minimum-waivers",
                models.MinimumWaiver,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def minimum_waivers_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedMinimumWaiverList:
        """List the minimums of plans that are waived now. `GET /api/v1/minimum-waivers`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/minimum-waivers",
                models.PaginatedMinimumWaiverList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_minimum_waivers_list(
        self, *, limit: int | None = None
    ) -> Iterator[models.MinimumWaiver]:
        """Every one of `minimum_waivers_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.minimum_waivers_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def minimums_abandoned_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedAbandonedList:
        """List who needed fewer seats than a plan sells. `GET /api/v1/minimums-abandoned`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/minimums-abandoned",
                models.PaginatedAbandonedList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_minimums_abandoned_list(
        self, *, limit: int | None = None
    ) -> Iterator[models.Abandoned]:
        """Every one of `minimums_abandoned_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.minimums_abandoned_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def move_expansion(
        self,
        organization: str,
        expansion_id: str,
        body: models.ExpansionMove,
        *,
        idempotency_key: str | None = None,
    ) -> models.Expansion:
        """Start, finish, drop or take up a planned expansion. `POST
        /api/v1/organizations/{organization}/planned-expansions/{expansion_id}/move`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/planned-expansions/{quoted(expansion_id)}/move",
                models.Expansion,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def notes_change(
        self,
        organization: str,
        note_key: str,
        body: models.NoteBody,
        *,
        idempotency_key: str | None = None,
    ) -> models.AccountNote:
        """Write the next version of a note. `PUT
        /api/v1/organizations/{organization}/notes/{note_key}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/notes/{quoted(note_key)}",
                models.AccountNote,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def notes_delete(
        self, organization: str, note_key: str, *, idempotency_key: str | None = None
    ) -> None:
        """Delete a note. `DELETE /api/v1/organizations/{organization}/notes/{note_key}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/notes/{quoted(note_key)}",
                type(None),
                takes_key=True,
                key=idempotency_key,
            )
        )

    def notes_list(self, organization: str) -> list[models.AccountNote]:
        """The vendor's notes about an organization. `GET
        /api/v1/organizations/{organization}/notes`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/notes",
                list[models.AccountNote],
            )
        )

    def notes_write(
        self,
        organization: str,
        body: models.NoteBody,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.AccountNote:
        """Write a note about an organization. `POST /api/v1/organizations/{organization}/notes`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/notes",
                models.AccountNote,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def organization_limits_read(self, organization: str) -> models.OrganizationLimits:
        """Read the limits that hold for an organization. `GET
        /api/v1/organizations/{organization}/limits`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/limits",
                models.OrganizationLimits,
            )
        )

    def organization_members(
        self,
        organization: str,
        *,
        cursor: str | None = None,
        department: str | None = None,
        inactive_days: int | None = None,
        limit: int | None = None,
        power: bool | None = None,
        q: str | None = None,
        region: str | None = None,
        show: str | None = None,
        title: str | None = None,
    ) -> models.PaginatedMemberList:
        """People of an organization. `GET /api/v1/organizations/{organization}/members`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/members",
                models.PaginatedMemberList,
                params={
                    "cursor": cursor,
                    "department": department,
                    "inactive_days": inactive_days,
                    "limit": limit,
                    "power": power,
                    "q": q,
                    "region": region,
                    "show": show,
                    "title": title,
                },
            )
        )

    def iter_organization_members(
        self,
        organization: str,
        *,
        department: str | None = None,
        inactive_days: int | None = None,
        limit: int | None = None,
        power: bool | None = None,
        q: str | None = None,
        region: str | None = None,
        show: str | None = None,
        title: str | None = None,
    ) -> Iterator[models.Member]:
        """Every one of `organization_members`, page after page."""
        cursor: str | None = None
        while True:
            page = self.organization_members(
                organization,
                department=department,
                inactive_days=inactive_days,
                limit=limit,
                power=power,
                q=q,
                region=region,
                show=show,
                title=title,
                cursor=cursor,
            )
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def organization_members_create(
        self,
        organization: str,
        body: models.NewMember,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Member:
        """Create a person. `POST /api/v1/organizations/{organization}/members`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/members",
                models.Member,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def organization_minimum_waivers_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedMinimumWaiverList:
        """List the minimums that are waived for an organization. `GET
        /api/v1/organizations/{organization}/minimum-waivers`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/minimum-waivers",
                models.PaginatedMinimumWaiverList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_organization_minimum_waivers_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.MinimumWaiver]:
        """Every one of `organization_minimum_waivers_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.organization_minimum_waivers_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def organization_outcomes(
        self, organization: str, *, first_day: dt.date, last_day: dt.date
    ) -> models.Outcomes:
        """Outcomes of an organization. `GET /api/v1/organizations/{organization}/outcomes`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/outcomes",
                models.Outcomes,
                params={"first_day": first_day, "last_day": last_day},
            )
        )

    def organization_outcomes_create(
        self,
        organization: str,
        body: models.NewOutcome,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Outcome:
        """Record an outcome. `POST /api/v1/organizations/{organization}/outcomes`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/outcomes",
                models.Outcome,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def organization_purchase_reviews(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedOwnReviewList:
        """List the organization's orders above a safety limit. `GET
        /api/v1/organizations/{organization}/purchase-reviews`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/purchase-reviews",
                models.PaginatedOwnReviewList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_organization_purchase_reviews(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.OwnReview]:
        """Every one of `organization_purchase_reviews`, page after page."""
        cursor: str | None = None
        while True:
            page = self.organization_purchase_reviews(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def organization_true_up(self, organization: str, true_up_id: str) -> models.TrueUpDetail:
        """A true-up with lines and evidence in numbers. `GET
        /api/v1/organizations/{organization}/true-ups/{true_up_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/true-ups/{quoted(true_up_id)}",
                models.TrueUpDetail,
            )
        )

    def organization_true_ups(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedTrueUpList:
        """True-ups of an organization. `GET /api/v1/organizations/{organization}/true-ups`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/true-ups",
                models.PaginatedTrueUpList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_organization_true_ups(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.TrueUp]:
        """Every one of `organization_true_ups`, page after page."""
        cursor: str | None = None
        while True:
            page = self.organization_true_ups(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def organization_utilization(self, organization: str) -> models.Utilization:
        """Utilization of an organization. `GET /api/v1/organizations/{organization}/utilization`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/utilization",
                models.Utilization,
            )
        )

    def organizations_change(
        self,
        organization: str,
        *,
        body: models.PatchedChangedOrganization | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Organization:
        """Change an organization. `PATCH /api/v1/organizations/{organization}`"""
        return self.call(
            Call(
                "PATCH",
                f"/api/v1/organizations/{quoted(organization)}",
                models.Organization,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def organizations_create(
        self,
        body: models.NewOrganization,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Organization:
        """Create an organization. `POST /api/v1/organizations`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/organizations",
                models.Organization,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def organizations_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedOrganizationList:
        """List organizations. `GET /api/v1/organizations`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/organizations",
                models.PaginatedOrganizationList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_organizations_list(self, *, limit: int | None = None) -> Iterator[models.Organization]:
        """Every one of `organizations_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.organizations_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def organizations_read(self, organization: str) -> models.Organization:
        """Read an organization. `GET /api/v1/organizations/{organization}`"""
        return self.call(
            Call("GET", f"/api/v1/organizations/{quoted(organization)}", models.Organization)
        )

    def outcome_entries_change(
        self,
        organization: str,
        outcome_id: str,
        body: models.OutcomeFacts,
        *,
        idempotency_key: str | None = None,
    ) -> models.Outcome:
        """Correct an outcome. `PUT
        /api/v1/organizations/{organization}/outcomes/entries/{outcome_id}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/outcomes/entries/{quoted(outcome_id)}",
                models.Outcome,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def outcome_entries_delete(
        self, organization: str, outcome_id: str, *, idempotency_key: str | None = None
    ) -> None:
        """Delete an outcome. `DELETE
        /api/v1/organizations/{organization}/outcomes/entries/{outcome_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/outcomes/entries/{quoted(outcome_id)}",
                type(None),
                takes_key=True,
                key=idempotency_key,
            )
        )

    def outcome_entries_list(
        self,
        organization: str,
        *,
        first_day: dt.date,
        last_day: dt.date,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PaginatedOutcomeList:
        """Outcomes as they were recorded. `GET
        /api/v1/organizations/{organization}/outcomes/entries`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/outcomes/entries",
                models.PaginatedOutcomeList,
                params={
                    "cursor": cursor,
                    "first_day": first_day,
                    "last_day": last_day,
                    "limit": limit,
                },
            )
        )

    def iter_outcome_entries_list(
        self, organization: str, *, first_day: dt.date, last_day: dt.date, limit: int | None = None
    ) -> Iterator[models.Outcome]:
        """Every one of `outcome_entries_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.outcome_entries_list(
                organization, first_day=first_day, last_day=last_day, limit=limit, cursor=cursor
            )
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def owner_rules_change(
        self, owner_rule_id: str, body: models.OwnerRuleBody, *, idempotency_key: str | None = None
    ) -> models.OwnerRule:
        """Replace an owner rule. `PUT /api/v1/owner-rules/{owner_rule_id}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/owner-rules/{quoted(owner_rule_id)}",
                models.OwnerRule,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def owner_rules_delete(self, owner_rule_id: str, *, idempotency_key: str | None = None) -> None:
        """Remove an owner rule. `DELETE /api/v1/owner-rules/{owner_rule_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/owner-rules/{quoted(owner_rule_id)}",
                type(None),
                takes_key=True,
                key=idempotency_key,
            )
        )

    def owner_rules_list(self) -> list[models.OwnerRule]:
        """Who owns the tasks of which accounts. `GET /api/v1/owner-rules`"""
        return self.call(Call("GET", "/api/v1/owner-rules", list[models.OwnerRule]))

    def owner_rules_make(
        self,
        body: models.OwnerRuleBody,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.OwnerRule:
        """Add an owner rule. `POST /api/v1/owner-rules`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/owner-rules",
                models.OwnerRule,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def owner_rules_move(
        self, owner_rule_id: str, body: models.Move, *, idempotency_key: str | None = None
    ) -> models.OwnerRule:
        """Let an owner rule be asked earlier or later. `POST /api/v1/owner-
        rules/{owner_rule_id}/move`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/owner-rules/{quoted(owner_rule_id)}/move",
                models.OwnerRule,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def paper_pdf(self, organization: str, paper_id: str, *, language: str | None = None) -> bytes:
        """A paper as PDF, as it was issued. `GET
        /api/v1/organizations/{organization}/papers/{paper_id}/pdf`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/papers/{quoted(paper_id)}/pdf",
                bytes,
                params={"language": language},
            )
        )

    def papers_issue(
        self,
        organization: str,
        quote_id: str,
        body: models.NewPaper,
        *,
        idempotency_key: str | None = None,
    ) -> models.Paper:
        """Issue an order form or an amendment from a quote. `POST
        /api/v1/organizations/{organization}/quotes/{quote_id}/papers`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/quotes/{quoted(quote_id)}/papers",
                models.Paper,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def papers_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedPaperList:
        """List the order forms and amendments of an organization. `GET
        /api/v1/organizations/{organization}/papers`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/papers",
                models.PaginatedPaperList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_papers_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.Paper]:
        """Every one of `papers_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.papers_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def people_imports_check(
        self,
        organization: str,
        import_id: str,
        *,
        body: models.Mapping | None = None,
        idempotency_key: str | None = None,
    ) -> models.PeopleImport:
        """Work out what a file of people would do. `POST
        /api/v1/organizations/{organization}/people-imports/{import_id}/check`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/people-imports/{quoted(import_id)}/check",
                models.PeopleImport,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def people_imports_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedPeopleImportList:
        """Files of people that were sent. `GET /api/v1/organizations/{organization}/people-
        imports`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/people-imports",
                models.PaginatedPeopleImportList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_people_imports_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.PeopleImport]:
        """Every one of `people_imports_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.people_imports_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def people_imports_read(self, organization: str, import_id: str) -> models.PeopleImport:
        """How far a file of people is. `GET /api/v1/organizations/{organization}/people-
        imports/{import_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/people-imports/{quoted(import_id)}",
                models.PeopleImport,
            )
        )

    def people_imports_send(
        self,
        organization: str,
        body: models.SentFile,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.PeopleImport:
        """Send a file of people. `POST /api/v1/organizations/{organization}/people-imports`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/people-imports",
                models.PeopleImport,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def people_imports_start(
        self, organization: str, import_id: str, *, idempotency_key: str | None = None
    ) -> models.PeopleImport:
        """Import a checked file of people. `POST /api/v1/organizations/{organization}/people-
        imports/{import_id}/start`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/people-imports/{quoted(import_id)}/start",
                models.PeopleImport,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def plan_change(
        self,
        organization: str,
        body: models.ChangeRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Change:
        """Plan a change for the renewal. `POST /api/v1/organizations/{organization}/changes`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/changes",
                models.Change,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def plan_expansion(
        self,
        organization: str,
        body: models.NewExpansion,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Expansion:
        """Plan an expansion. `POST /api/v1/organizations/{organization}/planned-expansions`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/planned-expansions",
                models.Expansion,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def plan_of_expansion(self, organization: str, expansion_id: str) -> models.Expansion:
        """Read a planned expansion. `GET /api/v1/organizations/{organization}/planned-
        expansions/{expansion_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/planned-expansions/{quoted(expansion_id)}",
                models.Expansion,
            )
        )

    def planned_expansions_list(self) -> list[models.PortfolioPlan]:
        """List what customers plan, by the day to start. `GET /api/v1/planned-expansions`"""
        return self.call(Call("GET", "/api/v1/planned-expansions", list[models.PortfolioPlan]))

    def planning_outlook(self, organization: str, *, wanted_on: dt.date) -> models.ExpansionOutlook:
        """Read by when an expansion has to begin for a day. `GET
        /api/v1/organizations/{organization}/planned-expansions/outlook`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/planned-expansions/outlook",
                models.ExpansionOutlook,
                params={"wanted_on": wanted_on},
            )
        )

    def plans(self) -> list[models.Plan]:
        """Plans and prices on sale. `GET /api/v1/plans`"""
        return self.call(Call("GET", "/api/v1/plans", list[models.Plan]))

    def plans_of_expansion(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedExpansionList:
        """List planned expansions. `GET /api/v1/organizations/{organization}/planned-expansions`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/planned-expansions",
                models.PaginatedExpansionList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_plans_of_expansion(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.Expansion]:
        """Every one of `plans_of_expansion`, page after page."""
        cursor: str | None = None
        while True:
            page = self.plans_of_expansion(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def plays_change(
        self,
        play: str,
        body: models.ChangedPlay,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.WholePlay:
        """Save the next version of a play. `PUT /api/v1/plays/{play}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/plays/{quoted(play)}",
                models.WholePlay,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def plays_list(self) -> list[models.Play]:
        """Plays that tasks are worked by. `GET /api/v1/plays`"""
        return self.call(Call("GET", "/api/v1/plays", list[models.Play]))

    def plays_read(self, play: str) -> models.WholePlay:
        """A play in force. `GET /api/v1/plays/{play}`"""
        return self.call(Call("GET", f"/api/v1/plays/{quoted(play)}", models.WholePlay))

    def plays_versions(self, play: str) -> list[models.PlayVersion]:
        """Every version of a play that was saved. `GET /api/v1/plays/{play}/versions`"""
        return self.call(
            Call("GET", f"/api/v1/plays/{quoted(play)}/versions", list[models.PlayVersion])
        )

    def price_drafts_begin(
        self,
        body: models.NewDraft,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.PriceDraft:
        """Begin a draft. `POST /api/v1/catalog/drafts`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/catalog/drafts",
                models.PriceDraft,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def price_drafts_begin_from(
        self, price_id: str, *, idempotency_key: str | None = None
    ) -> models.PriceDraft:
        """Begin the version after a price. `POST /api/v1/catalog/prices/{price_id}/draft`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/catalog/prices/{quoted(price_id)}/draft",
                models.PriceDraft,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def price_drafts_change(
        self,
        draft_id: str,
        body: models.DraftTerms,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.PriceDraft:
        """Write the terms of a draft. `PUT /api/v1/catalog/drafts/{draft_id}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/catalog/drafts/{quoted(draft_id)}",
                models.PriceDraft,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def price_drafts_discard(
        self, draft_id: str, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Discard a draft for good. `DELETE /api/v1/catalog/drafts/{draft_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/catalog/drafts/{quoted(draft_id)}",
                type(None),
                headers={"If-Match": if_match},
                takes_key=True,
                key=idempotency_key,
            )
        )

    def price_drafts_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedPriceDraftList:
        """List the prices that are being drafted. `GET /api/v1/catalog/drafts`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/catalog/drafts",
                models.PaginatedPriceDraftList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_price_drafts_list(self, *, limit: int | None = None) -> Iterator[models.PriceDraft]:
        """Every one of `price_drafts_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.price_drafts_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def price_drafts_publish(
        self, draft_id: str, body: models.Publish, *, idempotency_key: str | None = None
    ) -> models.PriceVersion:
        """Put a draft on sale. `POST /api/v1/catalog/drafts/{draft_id}/publish`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/catalog/drafts/{quoted(draft_id)}/publish",
                models.PriceVersion,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def price_drafts_read(self, draft_id: str) -> models.PriceDraft:
        """Read a draft. `GET /api/v1/catalog/drafts/{draft_id}`"""
        return self.call(
            Call("GET", f"/api/v1/catalog/drafts/{quoted(draft_id)}", models.PriceDraft)
        )

    def price_migrations_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedMigrationList:
        """List the migrations between versions. `GET /api/v1/catalog/migrations`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/catalog/migrations",
                models.PaginatedMigrationList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_price_migrations_list(self, *, limit: int | None = None) -> Iterator[models.Migration]:
        """Every one of `price_migrations_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.price_migrations_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def price_migrations_read(self, migration_id: str) -> models.Migration:
        """Read how far a migration is. `GET /api/v1/catalog/migrations/{migration_id}`"""
        return self.call(
            Call("GET", f"/api/v1/catalog/migrations/{quoted(migration_id)}", models.Migration)
        )

    def price_migrations_retry(
        self, migration_id: str, *, idempotency_key: str | None = None
    ) -> models.Migration:
        """Try the moves again that were not possible. `POST
        /api/v1/catalog/migrations/{migration_id}/retry`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/catalog/migrations/{quoted(migration_id)}/retry",
                models.Migration,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def price_migrations_undo(
        self,
        migration_id: str,
        *,
        body: models.MoveChoice | None = None,
        idempotency_key: str | None = None,
    ) -> models.Migration:
        """Take moves back before their renewal. `POST
        /api/v1/catalog/migrations/{migration_id}/undo`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/catalog/migrations/{quoted(migration_id)}/undo",
                models.Migration,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def price_moves_preview(self, price_id: str) -> models.MovePreview:
        """Who would move to the version on sale, and what each pays then. `GET
        /api/v1/catalog/prices/{price_id}/moves`"""
        return self.call(
            Call("GET", f"/api/v1/catalog/prices/{quoted(price_id)}/moves", models.MovePreview)
        )

    def price_moves_start(
        self,
        price_id: str,
        body: models.NewMigration,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Migration:
        """Move subscribers to the version on sale. `POST /api/v1/catalog/prices/{price_id}/moves`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/catalog/prices/{quoted(price_id)}/moves",
                models.Migration,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def privacy_choose(
        self,
        organization: str,
        body: models.ChosenPrivacy,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Privacy:
        """Choose what is shown of people's usage. `PUT
        /api/v1/organizations/{organization}/privacy`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/privacy",
                models.Privacy,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def privacy_read(self, organization: str) -> models.Privacy:
        """What is shown of people's usage. `GET /api/v1/organizations/{organization}/privacy`"""
        return self.call(
            Call("GET", f"/api/v1/organizations/{quoted(organization)}/privacy", models.Privacy)
        )

    def profile_proposals_answer(
        self,
        organization: str,
        proposal_id: str,
        body: models.ProposalAnswer,
        *,
        idempotency_key: str | None = None,
    ) -> models.ProfileProposal:
        """Take a proposal over, or decline it. `POST /api/v1/organizations/{organization}/buying-
        profile/proposals/{proposal_id}/answer`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/buying-profile/proposals/{quoted(proposal_id)}/answer",
                models.ProfileProposal,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def profile_proposals_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedProfileProposalList:
        """List what the account manager proposed about how the organization buys. `GET
        /api/v1/organizations/{organization}/buying-profile/proposals`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/buying-profile/proposals",
                models.PaginatedProfileProposalList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_profile_proposals_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.ProfileProposal]:
        """Every one of `profile_proposals_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.profile_proposals_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def profile_proposals_make(
        self, organization: str, body: models.NewProposal, *, idempotency_key: str | None = None
    ) -> models.ProfileProposal:
        """Propose to an organization how it buys. `POST
        /api/v1/organizations/{organization}/buying-profile/propose`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/buying-profile/propose",
                models.ProfileProposal,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def purchase(self, organization: str, purchase_id: str) -> models.Purchase:
        """How far a purchase is. `GET
        /api/v1/organizations/{organization}/purchases/{purchase_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/purchases/{quoted(purchase_id)}",
                models.Purchase,
            )
        )

    def purchase_request(
        self, organization: str, purchase_request_id: str
    ) -> models.ApprovalRequest:
        """A request with its decisions. `GET /api/v1/organizations/{organization}/purchase-
        requests/{purchase_request_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/purchase-requests/{quoted(purchase_request_id)}",
                models.ApprovalRequest,
            )
        )

    def purchase_requests(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedApprovalRequestList:
        """Purchases that were asked for. `GET /api/v1/organizations/{organization}/purchase-
        requests`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/purchase-requests",
                models.PaginatedApprovalRequestList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_purchase_requests(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.ApprovalRequest]:
        """Every one of `purchase_requests`, page after page."""
        cursor: str | None = None
        while True:
            page = self.purchase_requests(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def purchase_reviews(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedReviewList:
        """Orders above a safety limit. `GET /api/v1/purchase-reviews`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/purchase-reviews",
                models.PaginatedReviewList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_purchase_reviews(self, *, limit: int | None = None) -> Iterator[models.Review]:
        """Every one of `purchase_reviews`, page after page."""
        cursor: str | None = None
        while True:
            page = self.purchase_reviews(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def purchase_seats(
        self,
        organization: str,
        body: models.PurchaseRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Purchase:
        """Buy the seats of a quote. `POST /api/v1/organizations/{organization}/purchases`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/purchases",
                models.Purchase,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def purchases(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedPurchaseList:
        """Purchases of an organization. `GET /api/v1/organizations/{organization}/purchases`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/purchases",
                models.PaginatedPurchaseList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_purchases(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.Purchase]:
        """Every one of `purchases`, page after page."""
        cursor: str | None = None
        while True:
            page = self.purchases(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def quarantine_discard(
        self, quarantined_id: str, *, idempotency_key: str | None = None
    ) -> None:
        """Give an event up. `POST /api/v1/operations/quarantine/{quarantined_id}/discard`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/operations/quarantine/{quoted(quarantined_id)}/discard",
                type(None),
                takes_key=True,
                key=idempotency_key,
            )
        )

    def quarantine_list(self) -> list[models.Quarantined]:
        """Usage events that could not be counted and wait for a decision. `GET
        /api/v1/operations/quarantine`"""
        return self.call(Call("GET", "/api/v1/operations/quarantine", list[models.Quarantined]))

    def quarantine_replay(
        self, quarantined_id: str, *, idempotency_key: str | None = None
    ) -> models.Replayed:
        """Try to count an event again. `POST
        /api/v1/operations/quarantine/{quarantined_id}/replay`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/operations/quarantine/{quoted(quarantined_id)}/replay",
                models.Replayed,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def quote(self, organization: str, quote_id: str) -> models.Quote:
        """A quote as it was made. `GET /api/v1/organizations/{organization}/quotes/{quote_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/quotes/{quoted(quote_id)}",
                models.Quote,
            )
        )

    def quote_pdf(self, organization: str, quote_id: str, *, language: str | None = None) -> bytes:
        """A quote as PDF. `GET /api/v1/organizations/{organization}/quotes/{quote_id}/pdf`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/quotes/{quoted(quote_id)}/pdf",
                bytes,
                params={"language": language},
            )
        )

    def quote_seats(
        self, organization: str, body: models.QuoteRequest, *, idempotency_key: str | None = None
    ) -> models.Quote:
        """Quote more seats, a year at once or another plan. `POST
        /api/v1/organizations/{organization}/quotes`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/quotes",
                models.Quote,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def read_task(self, task_id: str) -> models.Task:
        """Read an expansion task. `GET /api/v1/tasks/{task_id}`"""
        return self.call(Call("GET", f"/api/v1/tasks/{quoted(task_id)}", models.Task))

    def receipt_pdf(
        self, organization: str, invoice_id: str, *, language: str | None = None
    ) -> bytes:
        """The receipt of a paid invoice as PDF. `GET
        /api/v1/organizations/{organization}/invoices/{invoice_id}/receipt`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/invoices/{quoted(invoice_id)}/receipt",
                bytes,
                params={"language": language},
            )
        )

    def reconcile(
        self, *, body: models.Run | None = None, idempotency_key: str | None = None
    ) -> models.AskedRun:
        """Compare with Stripe again. `POST /api/v1/reconciliation/runs`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/reconciliation/runs",
                models.AskedRun,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def regions_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedRegionList:
        """List regions. `GET /api/v1/organizations/{organization}/regions`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/regions",
                models.PaginatedRegionList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_regions_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.Region]:
        """Every one of `regions_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.regions_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def renew_quote(
        self, organization: str, quote_id: str, *, idempotency_key: str | None = None
    ) -> models.SavedQuote:
        """Quote the same seats at today's price. `POST
        /api/v1/organizations/{organization}/quotes/{quote_id}/renew`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/quotes/{quoted(quote_id)}/renew",
                models.SavedQuote,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def renewal_holds_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedHoldList:
        """List renewals that were far above the expected. `GET /api/v1/renewal-holds`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/renewal-holds",
                models.PaginatedHoldList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_renewal_holds_list(self, *, limit: int | None = None) -> Iterator[models.Hold]:
        """Every one of `renewal_holds_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.renewal_holds_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def report_usage(self, body: models.EventBatch) -> models.EventsAccepted:
        """Report usage. `POST /api/v1/events`"""
        return self.call(
            Call("POST", "/api/v1/events", models.EventsAccepted, body=body, is_safe=True)
        )

    def request_again(
        self, organization: str, purchase_request_id: str, *, idempotency_key: str | None = None
    ) -> models.ApprovalRequest:
        """Ask for a request that was sent back anew, with the price of today. `POST
        /api/v1/organizations/{organization}/purchase-requests/{purchase_request_id}/again`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/purchase-requests/{quoted(purchase_request_id)}/again",
                models.ApprovalRequest,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def request_attach(
        self,
        organization: str,
        purchase_request_id: str,
        body: models.NewAttachment,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Attachment:
        """Put a file to a request. `POST /api/v1/organizations/{organization}/purchase-
        requests/{purchase_request_id}/files`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/purchase-requests/{quoted(purchase_request_id)}/files",
                models.Attachment,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def request_comment(
        self,
        organization: str,
        purchase_request_id: str,
        body: models.NewComment,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.RequestComment:
        """Say something about a request. `POST /api/v1/organizations/{organization}/purchase-
        requests/{purchase_request_id}/comments`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/purchase-requests/{quoted(purchase_request_id)}/comments",
                models.RequestComment,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def request_comments_list(
        self,
        organization: str,
        purchase_request_id: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PaginatedRequestCommentList:
        """List what was said about a request. `GET /api/v1/organizations/{organization}/purchase-
        requests/{purchase_request_id}/comments`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/purchase-requests/{quoted(purchase_request_id)}/comments",
                models.PaginatedRequestCommentList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_request_comments_list(
        self, organization: str, purchase_request_id: str, *, limit: int | None = None
    ) -> Iterator[models.RequestComment]:
        """Every one of `request_comments_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.request_comments_list(
                organization, purchase_request_id, limit=limit, cursor=cursor
            )
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def request_file(
        self, organization: str, purchase_request_id: str, attachment_id: str
    ) -> bytes:
        """A file of a request as it was attached. `GET
        /api/v1/organizations/{organization}/purchase-
        requests/{purchase_request_id}/files/{attachment_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/purchase-requests/{quoted(purchase_request_id)}/files/{quoted(attachment_id)}",
                bytes,
            )
        )

    def request_files_list(
        self,
        organization: str,
        purchase_request_id: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PaginatedAttachmentList:
        """List the files on a request. `GET /api/v1/organizations/{organization}/purchase-
        requests/{purchase_request_id}/files`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/purchase-requests/{quoted(purchase_request_id)}/files",
                models.PaginatedAttachmentList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_request_files_list(
        self, organization: str, purchase_request_id: str, *, limit: int | None = None
    ) -> Iterator[models.Attachment]:
        """Every one of `request_files_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.request_files_list(
                organization, purchase_request_id, limit=limit, cursor=cursor
            )
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def request_retry(
        self, organization: str, purchase_request_id: str, *, idempotency_key: str | None = None
    ) -> models.ApprovalRequest:
        """Buy an approved request again, after what stood in the way was put right. `POST
        /api/v1/organizations/{organization}/purchase-requests/{purchase_request_id}/retry`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/purchase-requests/{quoted(purchase_request_id)}/retry",
                models.ApprovalRequest,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def retention_list(self) -> list[models.Keeping]:
        """What is kept for how long, with the last run of each rule. `GET
        /api/v1/operations/retention`"""
        return self.call(Call("GET", "/api/v1/operations/retention", list[models.Keeping]))

    def roles_change(
        self,
        organization: str,
        role_id: str,
        body: models.NewRole,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Role:
        """Change a role. `PUT /api/v1/organizations/{organization}/roles/{role_id}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/roles/{quoted(role_id)}",
                models.Role,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def roles_create(
        self,
        organization: str,
        body: models.NewRole,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Role:
        """Make a role. `POST /api/v1/organizations/{organization}/roles`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/roles",
                models.Role,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def roles_delete(
        self,
        organization: str,
        role_id: str,
        *,
        replacement: str | None = None,
        replacement_id: int | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Remove a role. `DELETE /api/v1/organizations/{organization}/roles/{role_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/roles/{quoted(role_id)}",
                type(None),
                params={"replacement": replacement, "replacement_id": replacement_id},
                headers={"If-Match": if_match},
                takes_key=True,
                key=idempotency_key,
            )
        )

    def roles_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedRoleList:
        """List the organization's own roles. `GET /api/v1/organizations/{organization}/roles`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/roles",
                models.PaginatedRoleList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_roles_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.Role]:
        """Every one of `roles_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.roles_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def roles_read(self, organization: str, role_id: str) -> models.Role:
        """Read a role. `GET /api/v1/organizations/{organization}/roles/{role_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/roles/{quoted(role_id)}",
                models.Role,
            )
        )

    def rule_runs_put_into_force(
        self, run_id: str, *, idempotency_key: str | None = None
    ) -> models.DryRun:
        """Put the settings of a dry run into force. `POST /api/v1/rules/runs/{run_id}/in-force`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/rules/runs/{quoted(run_id)}/in-force",
                models.DryRun,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def rule_runs_read(self, run_id: str) -> models.DryRun:
        """How far a dry run is and what it found. `GET /api/v1/rules/runs/{run_id}`"""
        return self.call(Call("GET", f"/api/v1/rules/runs/{quoted(run_id)}", models.DryRun))

    def rules_health(self) -> list[models.RuleHealth]:
        """How well each rule works. `GET /api/v1/rules/health`"""
        return self.call(Call("GET", "/api/v1/rules/health", list[models.RuleHealth]))

    def rules_health_read(self, rule_kind: str) -> models.WholeRuleHealth:
        """How well a rule works, by month. `GET /api/v1/rules/{rule_kind}/health`"""
        return self.call(
            Call("GET", f"/api/v1/rules/{quoted(rule_kind)}/health", models.WholeRuleHealth)
        )

    def rules_list(self, *, organization: str | None = None) -> list[models.Rule]:
        """Rules and their settings in force. `GET /api/v1/rules`"""
        return self.call(
            Call("GET", "/api/v1/rules", list[models.Rule], params={"organization": organization})
        )

    def rules_reset(
        self, rule_kind: str, *, organization: str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Give up own settings of a rule. `DELETE /api/v1/rules/{rule_kind}/settings`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/rules/{quoted(rule_kind)}/settings",
                type(None),
                params={"organization": organization},
                takes_key=True,
                key=idempotency_key,
            )
        )

    def rules_switch_messages(
        self,
        rule_kind: str,
        body: models.Switch,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.WholeRuleHealth:
        """Have a rule tell nobody, or people again. `PUT /api/v1/rules/{rule_kind}/health`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/rules/{quoted(rule_kind)}/health",
                models.WholeRuleHealth,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def rules_try(
        self, rule_kind: str, *, body: models.Try | None = None, idempotency_key: str | None = None
    ) -> models.DryRun:
        """Try settings of a rule over the past. `POST /api/v1/rules/{rule_kind}/try`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/rules/{quoted(rule_kind)}/try",
                models.DryRun,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def save_quote(
        self, organization: str, quote_id: str, *, idempotency_key: str | None = None
    ) -> models.SavedQuote:
        """Keep a quote on the organization's list. `POST
        /api/v1/organizations/{organization}/quotes/{quote_id}/save`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/quotes/{quoted(quote_id)}/save",
                models.SavedQuote,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def saved_quotes(
        self,
        organization: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        state: str | None = None,
    ) -> models.PaginatedSavedQuoteList:
        """Quotes that were kept. `GET /api/v1/organizations/{organization}/quotes/saved`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/quotes/saved",
                models.PaginatedSavedQuoteList,
                params={"cursor": cursor, "limit": limit, "state": state},
            )
        )

    def iter_saved_quotes(
        self, organization: str, *, limit: int | None = None, state: str | None = None
    ) -> Iterator[models.SavedQuote]:
        """Every one of `saved_quotes`, page after page."""
        cursor: str | None = None
        while True:
            page = self.saved_quotes(organization, limit=limit, state=state, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def seat_assign(
        self,
        organization: str,
        member: str,
        *,
        body: models.NewSeat | None = None,
        idempotency_key: str | None = None,
    ) -> models.Member:
        """Give a person a seat. `POST /api/v1/organizations/{organization}/members/{member}/seat`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}/seat",
                models.Member,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def seat_ledger(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedLedgerEntryList:
        """The seat ledger. `GET /api/v1/organizations/{organization}/ledger`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/ledger",
                models.PaginatedLedgerEntryList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_seat_ledger(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.LedgerEntry]:
        """Every one of `seat_ledger`, page after page."""
        cursor: str | None = None
        while True:
            page = self.seat_ledger(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def seat_reassign(
        self,
        organization: str,
        member: str,
        body: models.Reassign,
        *,
        idempotency_key: str | None = None,
    ) -> models.Member:
        """Move a person's seat to somebody else. `POST
        /api/v1/organizations/{organization}/members/{member}/seat/reassign`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}/seat/reassign",
                models.Member,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def seat_release(
        self, organization: str, member: str, *, idempotency_key: str | None = None
    ) -> None:
        """Release a person's seat. `DELETE
        /api/v1/organizations/{organization}/members/{member}/seat`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}/seat",
                type(None),
                takes_key=True,
                key=idempotency_key,
            )
        )

    def seat_request_decline(
        self,
        organization: str,
        member: str,
        body: models.Reason,
        *,
        idempotency_key: str | None = None,
    ) -> models.SeatRequest:
        """Decline a request. `POST /api/v1/organizations/{organization}/members/{member}/seat-
        request/decline`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}/seat-request/decline",
                models.SeatRequest,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def seat_request_make(
        self,
        organization: str,
        member: str,
        *,
        body: models.Note | None = None,
        idempotency_key: str | None = None,
    ) -> models.SeatRequest:
        """Ask for a seat. `POST /api/v1/organizations/{organization}/members/{member}/seat-
        request`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}/seat-request",
                models.SeatRequest,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def seat_request_move(
        self,
        organization: str,
        member: str,
        body: models.Place,
        *,
        idempotency_key: str | None = None,
    ) -> models.Placed:
        """Put somebody elsewhere on the waiting list. `POST
        /api/v1/organizations/{organization}/members/{member}/seat-request/move`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}/seat-request/move",
                models.Placed,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def seat_request_withdraw(
        self, organization: str, member: str, *, idempotency_key: str | None = None
    ) -> None:
        """Take a person off the waiting list. `DELETE
        /api/v1/organizations/{organization}/members/{member}/seat-request`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/members/{quoted(member)}/seat-request",
                type(None),
                takes_key=True,
                key=idempotency_key,
            )
        )

    def seat_requests_list(
        self,
        organization: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        state: str | None = None,
    ) -> models.PaginatedSeatRequestList:
        """Requests for seats. `GET /api/v1/organizations/{organization}/seat-requests`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/seat-requests",
                models.PaginatedSeatRequestList,
                params={"cursor": cursor, "limit": limit, "state": state},
            )
        )

    def iter_seat_requests_list(
        self, organization: str, *, limit: int | None = None, state: str | None = None
    ) -> Iterator[models.SeatRequest]:
        """Every one of `seat_requests_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.seat_requests_list(organization, limit=limit, state=state, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def seating_choose(
        self,
        organization: str,
        body: models.Seating,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Seating:
        """Choose whether a released seat goes to the first who waits. `PUT
        /api/v1/organizations/{organization}/seat-requests/seating`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/seat-requests/seating",
                models.Seating,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def seating_read(self, organization: str) -> models.Seating:
        """Whether a released seat goes to the first who waits. `GET
        /api/v1/organizations/{organization}/seat-requests/seating`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/seat-requests/seating",
                models.Seating,
            )
        )

    def seats_assign_bulk(
        self, organization: str, body: models.SeveralSeats, *, idempotency_key: str | None = None
    ) -> models.BulkSeats:
        """Give several people a seat. `POST /api/v1/organizations/{organization}/seats/assign`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/seats/assign",
                models.BulkSeats,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def seats_release_bulk(
        self, organization: str, body: models.Several, *, idempotency_key: str | None = None
    ) -> models.BulkSeats:
        """Release several people's seats. `POST
        /api/v1/organizations/{organization}/seats/release`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/seats/release",
                models.BulkSeats,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def seats_wait_bulk(
        self, organization: str, body: models.Several, *, idempotency_key: str | None = None
    ) -> models.Waiting:
        """Put several people on the waiting list. `POST
        /api/v1/organizations/{organization}/seats/wait`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/seats/wait",
                models.Waiting,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def seller_change(
        self,
        *,
        body: models.PatchedSeller | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Seller:
        """Change who sells. `PATCH /api/v1/policies/seller`"""
        return self.call(
            Call(
                "PATCH",
                "/api/v1/policies/seller",
                models.Seller,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def seller_preview(self, *, language: str | None = None) -> bytes:
        """A sample invoice with the seller's details as PDF. `GET /api/v1/policies/seller/preview`"""
        return self.call(
            Call("GET", "/api/v1/policies/seller/preview", bytes, params={"language": language})
        )

    def seller_read(self) -> models.Seller:
        """Read who sells, as it stands on documents. `GET /api/v1/policies/seller`"""
        return self.call(Call("GET", "/api/v1/policies/seller", models.Seller))

    def sharing_cases_answer(
        self,
        organization: str,
        shared_id: str,
        body: models.CaseAnswer,
        *,
        idempotency_key: str | None = None,
    ) -> models.SharingCase:
        """Say what an account that looks shared is. `POST
        /api/v1/organizations/{organization}/sharing/cases/{shared_id}/answer`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/sharing/cases/{quoted(shared_id)}/answer",
                models.SharingCase,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def sharing_cases_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedSharingCaseList:
        """Accounts that look shared. `GET /api/v1/organizations/{organization}/sharing/cases`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/sharing/cases",
                models.PaginatedSharingCaseList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_sharing_cases_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.SharingCase]:
        """Every one of `sharing_cases_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.sharing_cases_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def sharing_cases_name_people(
        self,
        organization: str,
        shared_id: str,
        body: models.PeopleOfAccount,
        *,
        idempotency_key: str | None = None,
    ) -> models.BulkSeats:
        """Name who works with an account, and give each a seat. `POST
        /api/v1/organizations/{organization}/sharing/cases/{shared_id}/people`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/sharing/cases/{quoted(shared_id)}/people",
                models.BulkSeats,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def sharing_cases_read(self, organization: str, shared_id: str) -> models.WholeCase:
        """An account that looks shared, with the evidence. `GET
        /api/v1/organizations/{organization}/sharing/cases/{shared_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/sharing/cases/{quoted(shared_id)}",
                models.WholeCase,
            )
        )

    def sharing_policy_choose(
        self,
        organization: str,
        body: models.SharingPolicy,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SharingPolicy:
        """Choose what accounts that look shared are asked at sign-in. `PUT
        /api/v1/organizations/{organization}/sharing/policy`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/sharing/policy",
                models.SharingPolicy,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def sharing_policy_read(self, organization: str) -> models.SharingPolicy:
        """What accounts that look shared are asked at sign-in. `GET
        /api/v1/organizations/{organization}/sharing/policy`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/sharing/policy",
                models.SharingPolicy,
            )
        )

    def simulate_prices(
        self, body: models.SimulationRequest, *, idempotency_key: str | None = None
    ) -> models.Simulation:
        """What a price table would charge. `POST /api/v1/prices/simulate`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/prices/simulate",
                models.Simulation,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def sso_connections_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedSsoConnectionList:
        """Connections to identity providers. `GET /api/v1/organizations/{organization}/single-
        sign-on/connections`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/single-sign-on/connections",
                models.PaginatedSsoConnectionList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_sso_connections_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.SsoConnection]:
        """Every one of `sso_connections_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.sso_connections_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def sso_connections_read(self, organization: str, connection_id: str) -> models.SsoConnection:
        """A connection to an identity provider. `GET /api/v1/organizations/{organization}/single-
        sign-on/connections/{connection_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/single-sign-on/connections/{quoted(connection_id)}",
                models.SsoConnection,
            )
        )

    def sso_connections_remove(
        self,
        organization: str,
        connection_id: str,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Remove a connection. `DELETE /api/v1/organizations/{organization}/single-sign-
        on/connections/{connection_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/single-sign-on/connections/{quoted(connection_id)}",
                type(None),
                headers={"If-Match": if_match},
                takes_key=True,
                key=idempotency_key,
            )
        )

    def sso_connections_switch(
        self,
        organization: str,
        connection_id: str,
        body: models.Switched,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SsoConnection:
        """Turn a connection on or off. `PUT /api/v1/organizations/{organization}/single-sign-
        on/connections/{connection_id}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/single-sign-on/connections/{quoted(connection_id)}",
                models.SsoConnection,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def sso_domains_add(
        self,
        organization: str,
        body: models.NewSsoDomain,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SsoDomain:
        """Add a domain to be proven. `POST /api/v1/organizations/{organization}/single-sign-
        on/domains`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/single-sign-on/domains",
                models.SsoDomain,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def sso_domains_check(
        self, organization: str, domain_id: str, *, idempotency_key: str | None = None
    ) -> models.SsoDomain:
        """Look for the record of a domain. `POST /api/v1/organizations/{organization}/single-sign-
        on/domains/{domain_id}/check`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/single-sign-on/domains/{quoted(domain_id)}/check",
                models.SsoDomain,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def sso_domains_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedSsoDomainList:
        """Domains of an organization. `GET /api/v1/organizations/{organization}/single-sign-
        on/domains`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/single-sign-on/domains",
                models.PaginatedSsoDomainList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_sso_domains_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.SsoDomain]:
        """Every one of `sso_domains_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.sso_domains_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def sso_domains_read(self, organization: str, domain_id: str) -> models.SsoDomain:
        """A domain of an organization. `GET /api/v1/organizations/{organization}/single-sign-
        on/domains/{domain_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/single-sign-on/domains/{quoted(domain_id)}",
                models.SsoDomain,
            )
        )

    def sso_domains_remove(
        self,
        organization: str,
        domain_id: str,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Take a domain out of the list. `DELETE /api/v1/organizations/{organization}/single-sign-
        on/domains/{domain_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/single-sign-on/domains/{quoted(domain_id)}",
                type(None),
                headers={"If-Match": if_match},
                takes_key=True,
                key=idempotency_key,
            )
        )

    def sso_requirement_change(
        self,
        organization: str,
        body: models.SsoRequirement,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SsoRequirement:
        """Require single sign-on, or require it no more. `PUT
        /api/v1/organizations/{organization}/single-sign-on/required`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/single-sign-on/required",
                models.SsoRequirement,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def sso_requirement_read(self, organization: str) -> models.SsoRequirement:
        """Whether single sign-on is required. `GET /api/v1/organizations/{organization}/single-
        sign-on/required`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/single-sign-on/required",
                models.SsoRequirement,
            )
        )

    def staff_absence_set(
        self, email: str, body: models.Absence, *, idempotency_key: str | None = None
    ) -> models.Staff:
        """Say when somebody is away and who stands in. `PUT /api/v1/staff/{email}/absence`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/staff/{quoted(email)}/absence",
                models.Staff,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def staff_list(self) -> list[models.Staff]:
        """People of the vendor who may own tasks. `GET /api/v1/staff`"""
        return self.call(Call("GET", "/api/v1/staff", list[models.Staff]))

    def staff_manager_set(
        self, email: str, body: models.Manager, *, idempotency_key: str | None = None
    ) -> models.Staff:
        """Say to whom somebody reports. `PUT /api/v1/staff/{email}/manager`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/staff/{quoted(email)}/manager",
                models.Staff,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def start_continue(
        self, organization: str, start_id: str, *, idempotency_key: str | None = None
    ) -> models.Start:
        """Go on with a beginning that waits. `POST
        /api/v1/organizations/{organization}/subscription/starts/{start_id}/continue`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/subscription/starts/{quoted(start_id)}/continue",
                models.Start,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def start_subscription(
        self,
        organization: str,
        body: models.StartRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.SubscriptionAnswer:
        """Start a subscription. `POST /api/v1/organizations/{organization}/subscription`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/subscription",
                models.SubscriptionAnswer,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def start_withdraw(
        self, organization: str, start_id: str, *, idempotency_key: str | None = None
    ) -> models.Start:
        """Give up a beginning that is not paid. `POST
        /api/v1/organizations/{organization}/subscription/starts/{start_id}/withdraw`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/subscription/starts/{quoted(start_id)}/withdraw",
                models.Start,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def statement(
        self,
        organization: str,
        *,
        first_day: dt.date | None = None,
        last_day: dt.date | None = None,
    ) -> models.Statement:
        """The seat ledger as a statement with balances. `GET
        /api/v1/organizations/{organization}/statement`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/statement",
                models.Statement,
                params={"first_day": first_day, "last_day": last_day},
            )
        )

    def strangers_accept(
        self, stranger_id: str, body: models.Finding, *, idempotency_key: str | None = None
    ) -> models.Stranger:
        """Let an unknown object be as it is. `POST
        /api/v1/reconciliation/strangers/{stranger_id}/accept`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/reconciliation/strangers/{quoted(stranger_id)}/accept",
                models.Stranger,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def strangers_link(
        self, stranger_id: str, body: models.Link, *, idempotency_key: str | None = None
    ) -> models.Stranger:
        """Make an unknown customer the one of an organization. `POST
        /api/v1/reconciliation/strangers/{stranger_id}/link`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/reconciliation/strangers/{quoted(stranger_id)}/link",
                models.Stranger,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def strangers_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedStrangerList:
        """List objects at Stripe that belong to no organization. `GET
        /api/v1/reconciliation/strangers`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/reconciliation/strangers",
                models.PaginatedStrangerList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_strangers_list(self, *, limit: int | None = None) -> Iterator[models.Stranger]:
        """Every one of `strangers_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.strangers_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def strangers_read(self, stranger_id: str) -> models.Stranger:
        """Read an object at Stripe that belongs to no organization. `GET
        /api/v1/reconciliation/strangers/{stranger_id}`"""
        return self.call(
            Call("GET", f"/api/v1/reconciliation/strangers/{quoted(stranger_id)}", models.Stranger)
        )

    def stripe_events_list(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        search: str | None = None,
        state: str | None = None,
    ) -> models.PaginatedStripeEventList:
        """List the events of Stripe that arrived. `GET /api/v1/stripe-events`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/stripe-events",
                models.PaginatedStripeEventList,
                params={"cursor": cursor, "limit": limit, "search": search, "state": state},
            )
        )

    def iter_stripe_events_list(
        self, *, limit: int | None = None, search: str | None = None, state: str | None = None
    ) -> Iterator[models.StripeEvent]:
        """Every one of `stripe_events_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.stripe_events_list(limit=limit, search=search, state=state, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def stripe_events_process(
        self, body: models.Again, *, idempotency_key: str | None = None
    ) -> models.Count:
        """Work events off again. `POST /api/v1/stripe-events/process`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/stripe-events/process",
                models.Count,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def stripe_events_read(self, event_id: str) -> models.StripeEvent:
        """Read an event of Stripe. `GET /api/v1/stripe-events/{event_id}`"""
        return self.call(
            Call("GET", f"/api/v1/stripe-events/{quoted(event_id)}", models.StripeEvent)
        )

    def subscription(self, organization: str) -> models.SubscriptionAnswer:
        """The subscription of an organization. `GET
        /api/v1/organizations/{organization}/subscription`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/subscription",
                models.SubscriptionAnswer,
            )
        )

    def task_events(self, task_id: str) -> list[models.TaskEvent]:
        """What happened to a task. `GET /api/v1/tasks/{task_id}/events`"""
        return self.call(
            Call("GET", f"/api/v1/tasks/{quoted(task_id)}/events", list[models.TaskEvent])
        )

    def task_merge(
        self, task_id: str, body: models.Merge, *, idempotency_key: str | None = None
    ) -> models.Task:
        """Merge a task into another one. `POST /api/v1/tasks/{task_id}/merge`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/tasks/{quoted(task_id)}/merge",
                models.Task,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def task_step_tick(
        self, task_id: str, position: str, body: models.Tick, *, idempotency_key: str | None = None
    ) -> models.TaskStep:
        """Tick a step, or take the tick back. `PUT /api/v1/tasks/{task_id}/steps/{position}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/tasks/{quoted(task_id)}/steps/{quoted(position)}",
                models.TaskStep,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def task_steps(self, task_id: str) -> list[models.TaskStep]:
        """Steps of a task. `GET /api/v1/tasks/{task_id}/steps`"""
        return self.call(
            Call("GET", f"/api/v1/tasks/{quoted(task_id)}/steps", list[models.TaskStep])
        )

    def task_undo(self, task_id: str, *, idempotency_key: str | None = None) -> models.Task:
        """Take back what was just done to a task. `POST /api/v1/tasks/{task_id}/undo`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/tasks/{quoted(task_id)}/undo",
                models.Task,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def tax_exemption_read(self, organization: str) -> models.Exemption:
        """Read whether an organization is exempt from tax. `GET
        /api/v1/organizations/{organization}/tax-exemption`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/tax-exemption",
                models.Exemption,
            )
        )

    def tax_exemption_set(
        self,
        organization: str,
        body: models.Exempt,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Exemption:
        """Exempt an organization from tax, or end that. `PUT
        /api/v1/organizations/{organization}/tax-exemption`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/tax-exemption",
                models.Exemption,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def tax_rules_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedTaxRuleList:
        """List the tax rates by the buyer's country. `GET /api/v1/policies/tax-rules`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/policies/tax-rules",
                models.PaginatedTaxRuleList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_tax_rules_list(self, *, limit: int | None = None) -> Iterator[models.TaxRule]:
        """Every one of `tax_rules_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.tax_rules_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def tax_rules_set(
        self,
        body: models.NewTaxRule,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.TaxRule:
        """Set the tax rate of a country. `PUT /api/v1/policies/tax-rules`"""
        return self.call(
            Call(
                "PUT",
                "/api/v1/policies/tax-rules",
                models.TaxRule,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def trial_end(
        self, organization: str, *, idempotency_key: str | None = None
    ) -> models.SubscriptionAnswer:
        """Start to pay before the trial is over. `POST
        /api/v1/organizations/{organization}/subscription/end-trial`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/subscription/end-trial",
                models.SubscriptionAnswer,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def true_up(self, true_up_id: str) -> models.TrueUpDetail:
        """A true-up with lines, evidence in numbers, and both sides of its settlement. `GET
        /api/v1/true-ups/{true_up_id}`"""
        return self.call(Call("GET", f"/api/v1/true-ups/{quoted(true_up_id)}", models.TrueUpDetail))

    def true_up_close(self, *, quarter: str, days: str | None = None) -> models.Close:
        """The close of a quarter over all organizations. `GET /api/v1/true-ups/close`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/true-ups/close",
                models.Close,
                params={"days": days, "quarter": quarter},
            )
        )

    def true_up_comment(
        self,
        organization: str,
        true_up_id: str,
        line_id: str,
        body: models.LineText,
        *,
        idempotency_key: str | None = None,
    ) -> models.LineComment:
        """Dispute a line, or remark on it. `POST /api/v1/organizations/{organization}/true-
        ups/{true_up_id}/lines/{line_id}/comments`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/true-ups/{quoted(true_up_id)}/lines/{quoted(line_id)}/comments",
                models.LineComment,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def true_up_decide(
        self,
        organization: str,
        true_up_id: str,
        body: models.ReviewDecision,
        *,
        idempotency_key: str | None = None,
    ) -> models.TrueUpDetail:
        """Keep or remove people in a review. `POST /api/v1/organizations/{organization}/true-
        ups/{true_up_id}/decisions`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/true-ups/{quoted(true_up_id)}/decisions",
                models.TrueUpDetail,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def true_up_dispute_answer(
        self,
        true_up_id: str,
        comment_id: str,
        body: models.DisputeAnswer,
        *,
        idempotency_key: str | None = None,
    ) -> models.LineComment:
        """Answer a dispute. `POST /api/v1/true-ups/{true_up_id}/disputes/{comment_id}/answer`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/true-ups/{quoted(true_up_id)}/disputes/{quoted(comment_id)}/answer",
                models.LineComment,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def true_up_dispute_withdraw(
        self,
        organization: str,
        true_up_id: str,
        comment_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> models.LineComment:
        """Take a dispute back. `POST /api/v1/organizations/{organization}/true-
        ups/{true_up_id}/disputes/{comment_id}/withdraw`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/true-ups/{quoted(true_up_id)}/disputes/{quoted(comment_id)}/withdraw",
                models.LineComment,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def true_up_open_evidence(
        self,
        organization: str,
        true_up_id: str,
        body: models.Opening,
        *,
        idempotency_key: str | None = None,
    ) -> models.TrueUpDetail:
        """Open the evidence per person. `POST /api/v1/organizations/{organization}/true-
        ups/{true_up_id}/open-evidence`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/true-ups/{quoted(true_up_id)}/open-evidence",
                models.TrueUpDetail,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def true_up_pdf(
        self, organization: str, true_up_id: str, *, language: str | None = None
    ) -> bytes:
        """The statement of a true-up as PDF. `GET /api/v1/organizations/{organization}/true-
        ups/{true_up_id}/pdf`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/true-ups/{quoted(true_up_id)}/pdf",
                bytes,
                params={"language": language},
            )
        )

    def true_up_people(
        self,
        organization: str,
        true_up_id: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        q: str | None = None,
        show: str | None = None,
    ) -> models.PaginatedPersonEvidenceList:
        """Evidence of a true-up, person by person. `GET /api/v1/organizations/{organization}/true-
        ups/{true_up_id}/people`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/true-ups/{quoted(true_up_id)}/people",
                models.PaginatedPersonEvidenceList,
                params={"cursor": cursor, "limit": limit, "q": q, "show": show},
            )
        )

    def iter_true_up_people(
        self,
        organization: str,
        true_up_id: str,
        *,
        limit: int | None = None,
        q: str | None = None,
        show: str | None = None,
    ) -> Iterator[models.PersonEvidence]:
        """Every one of `true_up_people`, page after page."""
        cursor: str | None = None
        while True:
            page = self.true_up_people(
                organization, true_up_id, limit=limit, q=q, show=show, cursor=cursor
            )
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def true_up_remark(
        self,
        true_up_id: str,
        line_id: str,
        body: models.Remark,
        *,
        idempotency_key: str | None = None,
    ) -> models.LineComment:
        """Remark on a line. `POST /api/v1/true-ups/{true_up_id}/lines/{line_id}/remarks`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/true-ups/{quoted(true_up_id)}/lines/{quoted(line_id)}/remarks",
                models.LineComment,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def true_up_return(
        self, true_up_id: str, body: models.Return, *, idempotency_key: str | None = None
    ) -> models.TrueUp:
        """Give a true-up back to the customer. `POST /api/v1/true-ups/{true_up_id}/return`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/true-ups/{quoted(true_up_id)}/return",
                models.TrueUp,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def true_up_sign(
        self, true_up_id: str, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Sign a true-up (always refused). `POST /api/v1/true-ups/{true_up_id}/sign`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/true-ups/{quoted(true_up_id)}/sign",
                dict[str, Any],
                takes_key=True,
                key=idempotency_key,
            )
        )

    def true_up_simulation(self, organization: str) -> models.TrueUpSimulation:
        """Read what the coming true-up would be today, under each policy. `GET
        /api/v1/organizations/{organization}/true-up-simulation`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/true-up-simulation",
                models.TrueUpSimulation,
            )
        )

    def true_up_submit(
        self,
        organization: str,
        true_up_id: str,
        body: models.Submit,
        *,
        idempotency_key: str | None = None,
    ) -> models.TrueUpDetail:
        """Hand a true-up to the vendor's finance. `POST /api/v1/organizations/{organization}/true-
        ups/{true_up_id}/submit`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/true-ups/{quoted(true_up_id)}/submit",
                models.TrueUpDetail,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def true_up_terms_approve(
        self,
        organization: str,
        body: models.NewTerms,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.ApprovedTerms:
        """Approve the terms of true-ups. `PUT /api/v1/organizations/{organization}/true-up-terms`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/true-up-terms",
                models.ApprovedTerms,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def true_up_terms_read(self, organization: str) -> models.ApprovedTerms:
        """Read what is agreed with an organization about true-ups. `GET
        /api/v1/organizations/{organization}/true-up-terms`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/true-up-terms",
                models.ApprovedTerms,
            )
        )

    def true_up_void(
        self, true_up_id: str, body: models.Void, *, idempotency_key: str | None = None
    ) -> models.TrueUp:
        """Void a true-up. `POST /api/v1/true-ups/{true_up_id}/void`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/true-ups/{quoted(true_up_id)}/void",
                models.TrueUp,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def true_up_waive(
        self, true_up_id: str, body: models.Waiver, *, idempotency_key: str | None = None
    ) -> models.TrueUp:
        """Charge fewer seats. `POST /api/v1/true-ups/{true_up_id}/waive`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/true-ups/{quoted(true_up_id)}/waive",
                models.TrueUp,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def true_up_workbook(self, organization: str, true_up_id: str) -> bytes:
        """A true-up as a workbook with its formulas. `GET
        /api/v1/organizations/{organization}/true-ups/{true_up_id}/workbook`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/true-ups/{quoted(true_up_id)}/workbook",
                bytes,
            )
        )

    def undo_change(
        self, organization: str, change_id: str, *, idempotency_key: str | None = None
    ) -> models.Change:
        """Take a planned change back. `POST
        /api/v1/organizations/{organization}/changes/{change_id}/undo`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/changes/{quoted(change_id)}/undo",
                models.Change,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def usage_adoption(self, organization: str) -> list[models.Adoption]:
        """How features spread, week by week. `GET
        /api/v1/organizations/{organization}/usage/adoption`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/usage/adoption",
                list[models.Adoption],
            )
        )

    def usage_by_feature(
        self, organization: str, *, days: int | None = None
    ) -> list[models.FeatureUsage]:
        """Usage by feature. `GET /api/v1/organizations/{organization}/usage/features`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/usage/features",
                list[models.FeatureUsage],
                params={"days": days},
            )
        )

    def usage_by_group(
        self, organization: str, *, by: str | None = None
    ) -> list[models.GroupUsage]:
        """Usage by department, region or level. `GET
        /api/v1/organizations/{organization}/usage/groups`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/usage/groups",
                list[models.GroupUsage],
                params={"by": by},
            )
        )

    def usage_cohorts(self, organization: str) -> list[models.Cohort]:
        """Newcomers by the month they joined. `GET
        /api/v1/organizations/{organization}/usage/cohorts`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/usage/cohorts",
                list[models.Cohort],
            )
        )

    def usage_features_by_department(self, organization: str) -> list[models.FeatureGroups]:
        """Features by departments. `GET
        /api/v1/organizations/{organization}/usage/features/departments`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/usage/features/departments",
                list[models.FeatureGroups],
            )
        )

    def usage_health(self) -> models.UsageHealth:
        """How counting usage stands. `GET /api/v1/operations/usage`"""
        return self.call(Call("GET", "/api/v1/operations/usage", models.UsageHealth))

    def usage_history(
        self, organization: str, *, months: int | None = None
    ) -> list[models.HistoryPoint]:
        """Seats and active people by day. `GET /api/v1/organizations/{organization}/usage/history`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/usage/history",
                list[models.HistoryPoint],
                params={"months": months},
            )
        )

    def usage_rebuilds_list(self) -> list[models.Rebuild]:
        """Orders to count days of usage anew. `GET /api/v1/operations/usage/rebuilds`"""
        return self.call(Call("GET", "/api/v1/operations/usage/rebuilds", list[models.Rebuild]))

    def usage_rebuilds_order(
        self,
        body: models.NewRebuild,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Rebuild:
        """Have days of usage counted anew. `POST /api/v1/operations/usage/rebuilds`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/operations/usage/rebuilds",
                models.Rebuild,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def usage_weeks(self, organization: str) -> list[models.Week]:
        """Active people of the last twelve weeks. `GET
        /api/v1/organizations/{organization}/usage/weeks`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/usage/weeks",
                list[models.Week],
            )
        )

    def vendor_access_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedStaffAccessList:
        """Who of the vendor opened which page about the organization. `GET
        /api/v1/organizations/{organization}/vendor-access`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/vendor-access",
                models.PaginatedStaffAccessList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_vendor_access_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.StaffAccess]:
        """Every one of `vendor_access_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.vendor_access_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def vendor_answers_add(
        self,
        body: models.NewAnswer,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.VendorAnswer:
        """Add an answer. `POST /api/v1/vendor-answers`"""
        return self.call(
            Call(
                "POST",
                "/api/v1/vendor-answers",
                models.VendorAnswer,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def vendor_answers_change(
        self,
        answer_id: str,
        body: models.NewAnswer,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.VendorAnswer:
        """Write another version of an answer. `PUT /api/v1/vendor-answers/{answer_id}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/vendor-answers/{quoted(answer_id)}",
                models.VendorAnswer,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def vendor_answers_confirm(
        self, answer_id: str, *, idempotency_key: str | None = None
    ) -> models.VendorAnswer:
        """Confirm that an answer is still right. `POST /api/v1/vendor-answers/{answer_id}/confirm`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/vendor-answers/{quoted(answer_id)}/confirm",
                models.VendorAnswer,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def vendor_answers_list(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedVendorAnswerList:
        """List what the vendor answers to procurement. `GET /api/v1/vendor-answers`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/vendor-answers",
                models.PaginatedVendorAnswerList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_vendor_answers_list(
        self, *, limit: int | None = None
    ) -> Iterator[models.VendorAnswer]:
        """Every one of `vendor_answers_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.vendor_answers_list(limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def vendor_answers_read(self, answer_id: str) -> models.VendorAnswer:
        """Read an answer. `GET /api/v1/vendor-answers/{answer_id}`"""
        return self.call(
            Call("GET", f"/api/v1/vendor-answers/{quoted(answer_id)}", models.VendorAnswer)
        )

    def vendor_answers_remove(
        self, answer_id: str, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Take an answer out. `DELETE /api/v1/vendor-answers/{answer_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/vendor-answers/{quoted(answer_id)}",
                type(None),
                headers={"If-Match": if_match},
                takes_key=True,
                key=idempotency_key,
            )
        )

    def vendor_contacts_list(self) -> list[models.VendorContact]:
        """List whom customers may ask about what. `GET /api/v1/vendor-contacts`"""
        return self.call(Call("GET", "/api/v1/vendor-contacts", list[models.VendorContact]))

    def vendor_contacts_set(
        self,
        body: models.VendorContact,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> list[models.VendorContact]:
        """Say whom to ask about something. `PUT /api/v1/vendor-contacts`"""
        return self.call(
            Call(
                "PUT",
                "/api/v1/vendor-contacts",
                list[models.VendorContact],
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def vendor_history_list(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        q: str | None = None,
        show: str | None = None,
    ) -> models.PaginatedVendorEntryList:
        """What was changed in all organizations, by whom and when. `GET /api/v1/history`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/history",
                models.PaginatedVendorEntryList,
                params={"cursor": cursor, "limit": limit, "q": q, "show": show},
            )
        )

    def iter_vendor_history_list(
        self, *, limit: int | None = None, q: str | None = None, show: str | None = None
    ) -> Iterator[models.VendorEntry]:
        """Every one of `vendor_history_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.vendor_history_list(limit=limit, q=q, show=show, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def vendor_information_pdf(self, *, language: str | None = None) -> bytes:
        """The vendor's information for procurement as PDF. `GET /api/v1/vendor-information`"""
        return self.call(
            Call("GET", "/api/v1/vendor-information", bytes, params={"language": language})
        )

    def vendor_requests_answer(
        self, asked_id: str, body: models.Answer, *, idempotency_key: str | None = None
    ) -> models.VendorRequest:
        """Answer what an organization asked for. `POST /api/v1/vendor-requests/{asked_id}/answer`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/vendor-requests/{quoted(asked_id)}/answer",
                models.VendorRequest,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def vendor_requests_list(
        self, *, answered: bool | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedVendorRequestList:
        """What organizations asked the vendor for. `GET /api/v1/vendor-requests`"""
        return self.call(
            Call(
                "GET",
                "/api/v1/vendor-requests",
                models.PaginatedVendorRequestList,
                params={"answered": answered, "cursor": cursor, "limit": limit},
            )
        )

    def iter_vendor_requests_list(
        self, *, answered: bool | None = None, limit: int | None = None
    ) -> Iterator[models.VendorRequest]:
        """Every one of `vendor_requests_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.vendor_requests_list(answered=answered, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def vendor_requests_make(
        self,
        organization: str,
        body: models.NewVendorRequest,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.VendorRequest:
        """Ask the vendor for something. `POST /api/v1/organizations/{organization}/vendor-
        requests`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/vendor-requests",
                models.VendorRequest,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def vendor_requests_of_organization(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedVendorRequestList:
        """What an organization asked the vendor for. `GET
        /api/v1/organizations/{organization}/vendor-requests`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/vendor-requests",
                models.PaginatedVendorRequestList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_vendor_requests_of_organization(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.VendorRequest]:
        """Every one of `vendor_requests_of_organization`, page after page."""
        cursor: str | None = None
        while True:
            page = self.vendor_requests_of_organization(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def webhook_deliveries_list(
        self,
        organization: str,
        webhook_id: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        q: str | None = None,
        since: dt.datetime | None = None,
        state: str | None = None,
        type: str | None = None,
        until: dt.datetime | None = None,
    ) -> models.PaginatedDeliveryList:
        """What a webhook was sent. `GET
        /api/v1/organizations/{organization}/webhooks/{webhook_id}/deliveries`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/webhooks/{quoted(webhook_id)}/deliveries",
                models.PaginatedDeliveryList,
                params={
                    "cursor": cursor,
                    "limit": limit,
                    "q": q,
                    "since": since,
                    "state": state,
                    "type": type,
                    "until": until,
                },
            )
        )

    def iter_webhook_deliveries_list(
        self,
        organization: str,
        webhook_id: str,
        *,
        limit: int | None = None,
        q: str | None = None,
        since: dt.datetime | None = None,
        state: str | None = None,
        type: str | None = None,
        until: dt.datetime | None = None,
    ) -> Iterator[models.Delivery]:
        """Every one of `webhook_deliveries_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.webhook_deliveries_list(
                organization,
                webhook_id,
                limit=limit,
                q=q,
                since=since,
                state=state,
                type=type,
                until=until,
                cursor=cursor,
            )
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def webhook_deliveries_read(
        self, organization: str, webhook_id: str, webhook_delivery_id: str
    ) -> models.WholeDelivery:
        """One message to a webhook. `GET /api/v1/organizations/{organization}/webhooks/{webhook_id
        }/deliveries/{webhook_delivery_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/webhooks/{quoted(webhook_id)}/deliveries/{quoted(webhook_delivery_id)}",
                models.WholeDelivery,
            )
        )

    def webhook_deliveries_replay(
        self,
        organization: str,
        webhook_id: str,
        webhook_delivery_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> models.WholeDelivery:
        """Send a webhook a message again. `POST /api/v1/organizations/{organization}/webhooks/{web
        hook_id}/deliveries/{webhook_delivery_id}/replay`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/webhooks/{quoted(webhook_id)}/deliveries/{quoted(webhook_delivery_id)}/replay",
                models.WholeDelivery,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def webhooks_change(
        self,
        organization: str,
        webhook_id: str,
        body: models.ChangedEndpoint,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Endpoint:
        """Change a webhook. `PUT /api/v1/organizations/{organization}/webhooks/{webhook_id}`"""
        return self.call(
            Call(
                "PUT",
                f"/api/v1/organizations/{quoted(organization)}/webhooks/{quoted(webhook_id)}",
                models.Endpoint,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def webhooks_create(
        self,
        organization: str,
        body: models.NewEndpoint,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.ShownEndpoint:
        """Add a webhook. `POST /api/v1/organizations/{organization}/webhooks`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/webhooks",
                models.ShownEndpoint,
                headers={"If-Match": if_match},
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def webhooks_delete(
        self,
        organization: str,
        webhook_id: str,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Remove a webhook. `DELETE /api/v1/organizations/{organization}/webhooks/{webhook_id}`"""
        return self.call(
            Call(
                "DELETE",
                f"/api/v1/organizations/{quoted(organization)}/webhooks/{quoted(webhook_id)}",
                type(None),
                headers={"If-Match": if_match},
                takes_key=True,
                key=idempotency_key,
            )
        )

    def webhooks_list(
        self, organization: str, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PaginatedEndpointList:
        """An organization's webhooks. `GET /api/v1/organizations/{organization}/webhooks`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/webhooks",
                models.PaginatedEndpointList,
                params={"cursor": cursor, "limit": limit},
            )
        )

    def iter_webhooks_list(
        self, organization: str, *, limit: int | None = None
    ) -> Iterator[models.Endpoint]:
        """Every one of `webhooks_list`, page after page."""
        cursor: str | None = None
        while True:
            page = self.webhooks_list(organization, limit=limit, cursor=cursor)
            yield from page.results
            cursor = cursor_of(page.next)
            if cursor is None:
                return

    def webhooks_read(self, organization: str, webhook_id: str) -> models.Endpoint:
        """A webhook. `GET /api/v1/organizations/{organization}/webhooks/{webhook_id}`"""
        return self.call(
            Call(
                "GET",
                f"/api/v1/organizations/{quoted(organization)}/webhooks/{quoted(webhook_id)}",
                models.Endpoint,
            )
        )

    def webhooks_renew_secret(
        self, organization: str, webhook_id: str, *, idempotency_key: str | None = None
    ) -> models.ShownEndpoint:
        """Give a webhook another secret. `POST
        /api/v1/organizations/{organization}/webhooks/{webhook_id}/secret`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/webhooks/{quoted(webhook_id)}/secret",
                models.ShownEndpoint,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def webhooks_replay(
        self,
        organization: str,
        webhook_id: str,
        *,
        body: models.LogQuery | None = None,
        idempotency_key: str | None = None,
    ) -> models.ReplayedMessages:
        """Send messages again to a webhook. `POST
        /api/v1/organizations/{organization}/webhooks/{webhook_id}/replay`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/webhooks/{quoted(webhook_id)}/replay",
                models.ReplayedMessages,
                body=body,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def webhooks_test(
        self, organization: str, webhook_id: str, *, idempotency_key: str | None = None
    ) -> models.Delivery:
        """Send a webhook a test. `POST
        /api/v1/organizations/{organization}/webhooks/{webhook_id}/test`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/webhooks/{quoted(webhook_id)}/test",
                models.Delivery,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def webhooks_verify(
        self, organization: str, webhook_id: str, *, idempotency_key: str | None = None
    ) -> models.Delivery:
        """Have a webhook prove its address. `POST
        /api/v1/organizations/{organization}/webhooks/{webhook_id}/verify`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/webhooks/{quoted(webhook_id)}/verify",
                models.Delivery,
                takes_key=True,
                key=idempotency_key,
            )
        )

    def withdraw_purchase_request(
        self, organization: str, purchase_request_id: str, *, idempotency_key: str | None = None
    ) -> models.ApprovalRequest:
        """Take a request back. `POST /api/v1/organizations/{organization}/purchase-
        requests/{purchase_request_id}/withdraw`"""
        return self.call(
            Call(
                "POST",
                f"/api/v1/organizations/{quoted(organization)}/purchase-requests/{quoted(purchase_request_id)}/withdraw",
                models.ApprovalRequest,
                takes_key=True,
                key=idempotency_key,
            )
        )
