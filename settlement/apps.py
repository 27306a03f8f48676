from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.links import PageLink, add_group_link, add_person_link


class SettlementConfig(AppConfig):
    """Institutions, who pays what of a bill, transfers between insurance wallets."""

    name = "settlement"
    verbose_name = _("Settlement")

    def ready(self) -> None:
        from families.services.imports.resting import SINCE
        from settlement import import_messages, resources  # noqa: F401
        from settlement.selectors.settlements import paid_by_family_since
        from settlement.services import ledger_laws, transfers  # noqa: F401 - have a say in proofs and closings

        SINCE["settled_since"] = paid_by_family_since

        simulate = _("Who would pay")
        add_person_link(PageLink(simulate, "simulate", "settlement.view_settlement", key="w"))
        add_group_link(PageLink(simulate, "simulate-group", "settlement.view_settlement", key="w"))
        add_person_link(PageLink(_("Manual reimbursement"), "new-claim", "settlement.add_claim", key="m"))
        add_person_link(PageLink(_("Pay a premium"), "pay-premium", "settlement.pay_premium", key="j"))
        transfer = _("Transfer from the wallet")
        add_person_link(PageLink(transfer, "ask-transfer", "settlement.add_wallettransfer", key="y"))
