from settlement.models.anomaly import Anomaly, AnomalyNote
from settlement.models.claim import Claim, ClaimDocument
from settlement.models.institution import Institution
from settlement.models.premium import PremiumPayment
from settlement.models.reversal import ReversalCase
from settlement.models.settlement import Settlement, SettlementKind, SettlementShare
from settlement.models.statement import Discrepancy, Reconciliation, Statement, StatementLine
from settlement.models.transfer import WalletTransfer

__all__ = [
    "Anomaly",
    "AnomalyNote",
    "Claim",
    "ClaimDocument",
    "Discrepancy",
    "Institution",
    "PremiumPayment",
    "Reconciliation",
    "ReversalCase",
    "Settlement",
    "SettlementKind",
    "SettlementShare",
    "Statement",
    "StatementLine",
    "WalletTransfer",
]
