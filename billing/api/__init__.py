"""The API of billing: plans, quotes, purchases, ledger, invoices."""
