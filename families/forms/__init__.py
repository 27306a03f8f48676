from families.forms.decisions import ConfirmForm, DayQuery, MergeForm, ReasonForm, TakeOverForm
from families.forms.family import FamilyForm
from families.forms.group import GroupForm
from families.forms.rows import RowForm

__all__ = [
    "ConfirmForm",
    "DayQuery",
    "FamilyForm",
    "GroupForm",
    "MergeForm",
    "ReasonForm",
    "RowForm",
    "TakeOverForm",
]
