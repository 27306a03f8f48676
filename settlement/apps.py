from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementConfig(AppConfig):
    """Institutions, who pays what of a bill, transfers between insurance wallets."""

    name = "settlement"
    verbose_name = _("Settlement")

    def ready(self) -> None:
        from settlement import resources  # noqa: F401
        from settlement.services import transfers  # noqa: F401 - has a say when a record is closed
