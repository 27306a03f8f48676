from settlement.models.claim import Claim, ClaimDocument
from settlement.models.institution import Institution
from settlement.models.reversal import ReversalCase
from settlement.models.settlement import Settlement, SettlementKind, SettlementShare

__all__ = [
    "Claim",
    "ClaimDocument",
    "Institution",
    "ReversalCase",
    "Settlement",
    "SettlementKind",
    "SettlementShare",
]
