"""Static files of a deployment: hashed and compressed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Rewrites the imports between JavaScript modules too, so that none is fetched unhashed."""

    support_js_module_import_aggregation = True
