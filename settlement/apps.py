from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementConfig(AppConfig):
    """Institutions, and who pays what of a bill."""

    name = "settlement"
    verbose_name = _("Settlement")

    def ready(self) -> None:
        from families.services.imports.resting import SINCE
        from settlement import import_messages, resources  # noqa: F401
        from settlement.selectors import paid_by_family_since

        SINCE["settled_since"] = paid_by_family_since
