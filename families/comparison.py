"""A family as it stands, beside what it is after the case: who joins or leaves, relation, order, limit, last day.

Taken from the plan that would be written, so that a reviewer approves what happens and not what was typed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import InsuredPerson
from accounts.selectors import code_labels
from families.models import MutualAidGroup, RegistrationCase, Sharing
from families.models.case import CaseKind
from families.services.case_forms import CaseInput, form_of
from families.services.groups import next_free
from families.services.plans import Place, Plan, plan_change


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One person. No `today`: in no seat by now; no `after`: gone, `last_on` being the last day."""

    name: str
    today: list[Cell]
    after: list[Cell]
    last_on: dt.date | None = None

    @property
    def joins(self) -> bool:
        return not self.today

    @property
    def leaves(self) -> bool:
        return not self.after

    @property
    def changes(self) -> bool:
        return any(cell.changed for cell in self.after)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`from_day`: from which everything asked for holds, if it is approved today."""

    rows: list[Row]
    from_day: dt.date


def comparison_of(case: RegistrationCase) -> Comparison:
    """What an open case does to its group. Expects a group that is not dissolved (check_case refuses it)."""
    form = form_of(case)
    names = dict(case.lines.values_list("person", "person__name"))
    if case.kind == CaseKind.CREATE:
        return Comparison([*_creation(form, names)], form.first_day)
    group = MutualAidGroup.objects.select_related("region").get(pk=case.group_id or 0)
    plan = plan_change(group, form.as_change(today=timezone.localdate()))
    strangers = {place.person_id for place in plan.places} - names.keys()
    names |= dict(InsuredPerson.objects.filter(pk__in=strangers).values_list("pk", "name"))
    return Comparison([*_change(plan, names)], plan.in_force_on)


def _creation(form: CaseInput, names: Mapping[int, str]) -> Iterator[Row]:
    words, taken = _Words(), set[int]()
    ranks = {}
    for line in sorted((line for line in form.lines if line.shares), key=lambda line: line.rank or 0):
        ranks[line.person_id] = next_free(line.rank or 1, taken)
        taken.add(ranks[line.person_id])
    for line in form.lines:
        sharing = Sharing(rank=ranks[line.person_id], share_limit=line.share_limit) if line.shares else None
        cells = words.standing(line.relation, sharing, line.left_on)
        yield Row(names[line.person_id], [], [Cell(text, changed=True) for text in cells])


def _change(plan: Plan, names: Mapping[int, str]) -> Iterator[Row]:
    words = _Words()
    new = {place.position: sharing for place, sharing in plan.sharings}
    for place in plan.places:
        today = _today(place, words)
        if place.leaves:
            last_on = plan.released_on - dt.timedelta(days=1)
            yield Row(names[place.person_id], [Cell(text) for text in today], [], last_on)
            continue
        goes_on = place.sharings[-1] if place.sharings and not place.stops_sharing else None
        after = words.standing(place.relation, new.get(place.position, goes_on), place.left_on)
        cells = [
            Cell(text, changed=not today or text != before)
            for text, before in zip(after, today or after, strict=True)
        ]
        yield Row(names[place.person_id], [Cell(text) for text in today], cells)


def _today(place: Place, words: _Words) -> list[str]:
    if place.stored is None:
        return []
    last = place.sharings[-1] if place.sharings else None
    return words.standing(place.stored.relation, last, place.stored.left_on)


class _Words:
    """How a member stands, as the four texts of a row; looks the code table up once."""

    def __init__(self) -> None:
        self.relations = code_labels("relation")

    def standing(self, relation: str, sharing: Sharing | None, left_on: dt.date | None) -> list[str]:
        """Relation, place in the order, limit in yuan per year, last day."""
        return [
            self.relations.get(relation, relation),
            _("at place {n}").format(n=sharing.rank) if sharing else "—",
            _limit(sharing),
            f"{left_on - dt.timedelta(days=1):%Y-%m-%d}" if left_on else "—",
        ]


def _limit(sharing: Sharing | None) -> str:
    if sharing is None:
        return "—"
    return _("without limit") if sharing.share_limit is None else f"{sharing.share_limit:.2f}"
