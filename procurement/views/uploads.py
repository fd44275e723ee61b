"""What a form brought as a file."""

from django.core.files.uploadedfile import UploadedFile

from procurement.domain.files import LARGEST_BYTES


def read_upload(uploaded: "UploadedFile[bytes] | None") -> bytes:
    """Return the content, cut one byte above what is kept, so that too much is noticed."""
    return uploaded.read(LARGEST_BYTES + 1) if uploaded is not None else b""
