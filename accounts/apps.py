from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Ground floor: regions, staff, insured persons, personal accounts and their ledger, audit, jobs."""

    name = "accounts"
    verbose_name = _("Persons and accounts")

    def ready(self) -> None:
        from accounts import checks, sign_in_trail  # noqa: F401
