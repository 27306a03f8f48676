"""Start-up checks: papers of cases must lie where no web server hands them out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def documents_outside_the_web_root(**kwargs: Any) -> list[CheckMessage]:
    """A sealed file that anybody may fetch can be kept until its key leaks."""
    place = settings.DOCUMENTS_DIR.resolve()
    served = [Path(directory).resolve() for directory in (settings.STATIC_ROOT, *settings.STATICFILES_DIRS)]
    if any(place == directory or directory in place.parents for directory in served):
        return [Error("DOCUMENTS_DIR lies among the static files, which anybody may fetch", id="families.E001")]
    return []
