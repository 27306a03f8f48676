"""How long something stands, as a clerk says it."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def waited(since: dt.datetime) -> str:
    """Calendar days of Asia/Shanghai since a moment, in words."""
    days = (timezone.localdate() - timezone.localdate(since)).days
    return ngettext("{n} day", "{n} days", days).format(n=days) if days else _("today")
