"""Operations of approvals."""
