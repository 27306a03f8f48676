from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementConfig(AppConfig):
    """Institutions, and who pays what of a bill."""

    name = "settlement"
    verbose_name = _("Settlement")

    def ready(self) -> None:
        from settlement import resources  # noqa: F401
