"""What speaks to identity providers and name servers."""
