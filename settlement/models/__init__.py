from settlement.models.institution import Institution
from settlement.models.premium import PremiumPayment
from settlement.models.settlement import Settlement, SettlementKind, SettlementShare

__all__ = ["Institution", "PremiumPayment", "Settlement", "SettlementKind", "SettlementShare"]
