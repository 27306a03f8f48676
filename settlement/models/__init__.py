from settlement.models.institution import Institution
from settlement.models.transfer import WalletTransfer

__all__ = ["Institution", "WalletTransfer"]
