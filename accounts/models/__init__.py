from accounts.models.account import AccountAdjustment, AccountEntry, PersonalAccount
from accounts.models.api_token import ApiToken
from accounts.models.audit import AuditEvent
from accounts.models.closed_day import ClosedDay
from accounts.models.code import Code
from accounts.models.job import Job, JobFile, JobFilePiece
from accounts.models.person import InsuredPerson
from accounts.models.region import Region
from accounts.models.staff import Staff
from accounts.models.suspension import RegionMove, Suspension

__all__ = [
    "AccountAdjustment",
    "AccountEntry",
    "ApiToken",
    "AuditEvent",
    "ClosedDay",
    "Code",
    "InsuredPerson",
    "Job",
    "JobFile",
    "JobFilePiece",
    "PersonalAccount",
    "Region",
    "RegionMove",
    "Staff",
    "Suspension",
]
