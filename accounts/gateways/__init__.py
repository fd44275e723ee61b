"""What speaks to systems outside."""
