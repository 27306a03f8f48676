"""How the values that reports are told apart by are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from accounts.models import Region
from accounts.selectors import code_labels
from reports.definition import Words

NONE = "—"


def months(values: Iterable[dt.date]) -> Mapping[Any, str]:
    return {value: f"{value:%Y-%m}" for value in values if value}


def regions(values: Iterable[str | None]) -> Mapping[Any, str]:
    names = dict(Region.objects.filter(code__in=[value for value in values if value]).values_list("code", "name"))
    return {value: f"{names.get(value, '')} {value}".strip() if value else NONE for value in values}


def codes(table: str) -> Words:
    """The name of a code beside it, or the code alone where the table does not know it."""

    def words(values: Iterable[str]) -> Mapping[Any, str]:
        labels = code_labels(table)
        return {value: labels.get(value, value) or NONE for value in values}

    return words


def choices(of: type[TextChoices]) -> Words:
    def words(values: Iterable[str]) -> Mapping[Any, str]:
        labels = dict(of.choices)
        return {value: str(labels.get(value, value)) or NONE for value in values}

    return words


def members(values: Iterable[int]) -> Mapping[Any, str]:
    return {value: _("{n} members").format(n=value) for value in values}


def texts(values: Iterable[str | None]) -> Mapping[Any, str]:
    return {value: value or NONE for value in values}
