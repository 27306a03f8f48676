from families.models.batch import ImportBatch, ImportFamily, SenderHeading
from families.models.case import CaseLine, RegistrationCase
from families.models.document import CaseAgent, CaseDocument
from families.models.follow_up import FollowUp, FollowUpNote
from families.models.group import Grant, GroupMember, MutualAidGroup, Sharing
from families.models.match import PersonMatch
from families.models.policy import PolicySetting, RegionPolicy

__all__ = [
    "CaseAgent",
    "CaseDocument",
    "CaseLine",
    "FollowUp",
    "FollowUpNote",
    "Grant",
    "GroupMember",
    "ImportBatch",
    "ImportFamily",
    "MutualAidGroup",
    "PersonMatch",
    "PolicySetting",
    "RegionPolicy",
    "RegistrationCase",
    "SenderHeading",
    "Sharing",
]
