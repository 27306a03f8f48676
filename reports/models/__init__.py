from reports.models.saved import SavedReport
from reports.models.summary import (
    CounterSummary,
    FamilySummary,
    PersonsToDate,
    SettlementSummary,
    SummarizedDay,
)

__all__ = [
    "CounterSummary",
    "FamilySummary",
    "PersonsToDate",
    "SavedReport",
    "SettlementSummary",
    "SummarizedDay",
]
