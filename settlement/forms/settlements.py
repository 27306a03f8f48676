"""What the pages of settlements take."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import UploadForm


class FeedForm(UploadForm):
    """A feed, and whether it is only to be checked."""

    check_only = forms.BooleanField(label=_("only check: nothing is settled"), required=False)
