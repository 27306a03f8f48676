from settlement.models.anomaly import Anomaly, AnomalyNote
from settlement.models.claim import Claim, ClaimDocument
from settlement.models.discrepancy import DifferenceCode, Discrepancy, DiscrepancyComment, DiscrepancyDecision
from settlement.models.institution import Institution
from settlement.models.premium import PremiumPayment
from settlement.models.reversal import ReversalCase
from settlement.models.settlement import Settlement, SettlementKind, SettlementShare
from settlement.models.statement import Reconciliation, Statement, StatementLine, StatementTotal
from settlement.models.transfer import WalletTransfer

__all__ = [
    "Anomaly",
    "AnomalyNote",
    "Claim",
    "ClaimDocument",
    "DifferenceCode",
    "Discrepancy",
    "DiscrepancyComment",
    "DiscrepancyDecision",
    "Institution",
    "PremiumPayment",
    "Reconciliation",
    "ReversalCase",
    "Settlement",
    "SettlementKind",
    "SettlementShare",
    "Statement",
    "StatementLine",
    "StatementTotal",
    "WalletTransfer",
]
