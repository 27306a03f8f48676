from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FamiliesConfig(AppConfig):
    """Policies, mutual-aid groups, grants and registration cases."""

    name = "families"
    verbose_name = _("Family mutual aid")

    def ready(self) -> None:
        from families import checks  # noqa: F401
        from families.services import ledger_laws  # noqa: F401 - has a say in the proof of the ledger
