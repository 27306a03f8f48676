"""What may be asked for, and how one page leads to the next."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Schema
from ninja.errors import HttpError

from accounts.forms import EARLIEST, LATEST
from accounts.models import Staff
from reports.api.door import ApiRequest
from reports.api.problems import Invalid
from settlement.filters import Narrowing

MOST, USUAL = 200, 50
Day = Annotated[dt.date, Field(ge=EARLIEST, le=LATEST)]


class Question(Schema):
    """`limit`: rows of a page."""

    limit: int = Field(USUAL, ge=1, le=MOST)


class GroupQuestion(Question):
    day: Day | None = Field(None, description="members as of this day; today")
    region: str | None = Field(None, max_length=6, description="region and what lies under it")
    after: int = Field(0, ge=0, le=2**62, description="place in the list, from `next`")


class SettlementQuestion(Question):
    since: Day | None = Field(None, description="first day of the period")
    until: Day | None = Field(None, description="last day of the period")
    region: str | None = Field(None, max_length=6)
    med_type: str | None = Field(None, max_length=6)
    kind: str | None = Field(None, description="networked, claim, premium")
    state: str | None = Field(None, description="normal, reversed, reversal")
    institution: str | None = Field(None, max_length=60, description="fixmedins_code, or part of the name")
    before: str | None = Field(None, max_length=40, description="place in the list, from `next`")


class ReportQuestion(Question):
    """Each report says which of these it takes (`parameters`)."""

    limit: int = Field(MOST, ge=1, le=MOST, description="lines of a page")
    since: Day | None = None
    until: Day | None = None
    day: Day | None = None
    region: str | None = Field(None, max_length=6)
    insutype: str | None = Field(None, max_length=6)
    med_type: str | None = Field(None, max_length=6)
    skip: int = Field(0, ge=0, le=100_000, description="lines before this page")


class OneDay(Schema):
    day: Day | None = Field(None, description="members as of this day; today")


def reader(request: ApiRequest, right: str, asked: Schema | None = None) -> Staff:
    """Who asks, who must have the right. Raises: HttpError 403; Invalid for what nothing here is called.

    A parameter that is misspelt would otherwise narrow nothing, and more would be answered than was asked for.
    """
    known = type(asked).model_fields if asked is not None else {}
    unknown = [name for name in request.GET if name not in known]
    if not request.caller.staff.has_perm(right):
        raise HttpError(403, right)
    if unknown:
        raise Invalid(*[(name, _("There is no such parameter.")) for name in unknown])
    return request.caller.staff


def texts(asked: Schema, *, without: frozenset[str] = frozenset({"limit"})) -> dict[str, str]:
    """What was asked, as an address of the page would say it."""
    given = asked.model_dump(exclude_none=True, exclude=set(without))
    return {name: value.isoformat() if isinstance(value, dt.date) else str(value) for name, value in given.items()}


def refuse_what_is_not_offered(narrow: Narrowing) -> None:
    """Raises: Invalid."""
    if not narrow.form.is_valid():
        raise Invalid(*[(name, str(errors[0])) for name, errors in narrow.form.errors.items()])


def next_page(request: HttpRequest, **moved: Any) -> str:
    """The same question from another place on."""
    query = request.GET.copy()
    for name, value in moved.items():
        query[name] = str(value)
    return f"{request.path}?{query.urlencode()}"
