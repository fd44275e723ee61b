"""What pages and operations of approvals show."""
