from settlement.models.institution import Institution
from settlement.models.settlement import Settlement, SettlementKind, SettlementShare

__all__ = ["Institution", "Settlement", "SettlementKind", "SettlementShare"]
