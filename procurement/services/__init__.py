"""The only writers of approvals: rules, stand-ins, requests, decisions, and what is bought."""
