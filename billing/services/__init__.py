"""The writers of billing. No network call happens inside a transaction."""
