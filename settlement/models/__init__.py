from settlement.models.institution import Institution
from settlement.models.premium import PremiumPayment
from settlement.models.settlement import Settlement, SettlementKind, SettlementShare
from settlement.models.statement import Discrepancy, Reconciliation, Statement, StatementLine

__all__ = [
    "Discrepancy",
    "Institution",
    "PremiumPayment",
    "Reconciliation",
    "Settlement",
    "SettlementKind",
    "SettlementShare",
    "Statement",
    "StatementLine",
]
