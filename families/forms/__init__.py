from families.forms.decisions import ConfirmForm, DayQuery, MergeForm, ReasonForm, TakeOverForm
from families.forms.family import FamilyForm
from families.forms.follow_ups import FollowUpFilter, NoteForm
from families.forms.group import GroupForm
from families.forms.rows import RowForm

__all__ = [
    "ConfirmForm",
    "DayQuery",
    "FamilyForm",
    "FollowUpFilter",
    "GroupForm",
    "MergeForm",
    "NoteForm",
    "ReasonForm",
    "RowForm",
    "TakeOverForm",
]
