from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FamiliesConfig(AppConfig):
    """Policies, mutual-aid groups, grants and registration cases."""

    name = "families"
    verbose_name = _("Family mutual aid")

    def ready(self) -> None:
        from families import checks  # noqa: F401
