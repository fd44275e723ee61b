"""Answers that are files: what goes wrong is said as JSON all the same."""

from rest_framework.renderers import JSONRenderer


class FileRenderer(JSONRenderer):
    """Lets a caller ask for whatever kind of file an operation hands out."""

    media_type = "*/*"
    format = "file"


FILE_RENDERERS = (JSONRenderer, FileRenderer)
