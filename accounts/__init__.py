"""People and organizations: users, memberships, roles, invitations, API keys, tenancy, history."""
