"""Pages of true-ups: the customer's review and finance's workspace."""
