"""What every API operation shares: keys, permissions, parsing, errors, paging, the schema."""
