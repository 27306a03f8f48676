from families.models.case import CaseLine, RegistrationCase
from families.models.follow_up import FollowUp, FollowUpNote
from families.models.group import Grant, GroupMember, MutualAidGroup, Sharing
from families.models.policy import PolicySetting, RegionPolicy

__all__ = [
    "CaseLine",
    "FollowUp",
    "FollowUpNote",
    "Grant",
    "GroupMember",
    "MutualAidGroup",
    "PolicySetting",
    "RegionPolicy",
    "RegistrationCase",
    "Sharing",
]
