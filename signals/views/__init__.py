"""Pages of the vendor's staff about signals, tasks, accounts and operations."""
