from reports.models.full_numbers import FullNumbersRequest
from reports.models.saved import MonthlyExport, SavedReport
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
    "FullNumbersRequest",
    "MonthlyExport",
    "PersonsToDate",
    "SavedReport",
    "SettlementSummary",
    "SummarizedDay",
]
