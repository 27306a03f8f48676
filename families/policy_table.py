"""Policies, their changes and what these touch, as lines of a page: everything in words, with its origin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import InsuredPerson, Region
from accounts.selectors import code_labels
from families.beyond_policy import Rows
from families.models import GroupMember, MutualAidGroup
from families.policy_examples import MEANINGS, SECTIONS, example_of
from families.policy_impact import Change
from families.policy_words import name_in_words, value_in_words
from families.rules.policy import PARAMETERS, Origin, Policy


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One parameter. `before`: the value that a version replaces, in words; None where it changes nothing."""

    name: str
    label: str
    meaning: str
    value: str
    example: str
    origin: Origin | None
    before: str | None


def sections_of(policy: Policy, *, before: Policy | None = None) -> list[tuple[str, list[PolicyLine]]]:
    """Every parameter under its heading."""
    return [(str(heading), [_line(name, policy, before) for name in names]) for heading, names in SECTIONS]


def _line(name: str, policy: Policy, before: Policy | None) -> PolicyLine:
    value = getattr(policy, name)
    changed = before is not None and getattr(before, name) != value
    return PolicyLine(
        name=name,
        label=name_in_words(name),
        meaning=str(MEANINGS[name]),
        value=value_in_words(name, value),
        example=example_of(name, value),
        origin=policy.origins.get(name),
        before=value_in_words(name, getattr(before, name)) if changed else None,
    )


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One changed parameter, counted, in words."""

    change: Change
    label: str
    old: str
    new: str
    touches: str
    own: str


def change_lines(changes: Iterable[Change]) -> list[ChangeLine]:
    return [
        ChangeLine(
            change=change,
            label=name_in_words(change.parameter),
            old=value_in_words(change.parameter, change.old),
            new=value_in_words(change.parameter, change.new),
            touches=_touches(change),
            own=_(", ").join(change.own),
        )
        for change in changes
    ]


APPLIES_TO_CASES = frozenset(
    {"min_bind_days", "rebind_wait_days", "release_lag_days", "changes_per_year", "proof_mode", "review_mode"}
)
SHOWN_TO_AUDITORS = frozenset(name for name in PARAMETERS if name.startswith("anomaly_"))


def _touches(change: Change) -> str:
    if not change.later:
        return _("{n} groups").format(n=change.groups)
    if change.parameter in SHOWN_TO_AUDITORS:
        return _("changes what auditors are shown, and nothing else")
    if change.parameter in APPLIES_TO_CASES:
        return _("applies to new cases of {n} groups").format(n=change.groups)
    return _("applies to later payments of {n} groups").format(n=change.groups)


@dataclass(frozen=True, slots=True)
class TouchedGroup:
    """A group on the list of what a change touches. `what`: a line for each member or pair."""

    group: MutualAidGroup
    owner: str
    what: tuple[str, ...]


def touched_groups(parameter: str, groups: Sequence[MutualAidGroup], rows: list[Rows]) -> list[TouchedGroup]:
    """The groups of one page, in five queries however many there are."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for part in rows:
        for row in part.filter(group_id__in=[group.pk for group in groups]):
            found[row["group_id"]].append(row)
    names = _names({row["who"] for several in found.values() for row in several})
    owners = _owners(groups)
    say = WORDS[parameter]()
    return [
        TouchedGroup(
            group,
            owners.get(group.pk, ""),
            tuple(sorted(say(names.get(row["who"], ""), row["value"]) for row in found[group.pk])),
        )
        for group in groups
    ]


def _names(person_ids: set[int | None]) -> dict[int | None, str]:
    return dict(InsuredPerson.objects.filter(pk__in=[one for one in person_ids if one]).values_list("pk", "name"))


def _owners(groups: Sequence[MutualAidGroup]) -> dict[int, str]:
    owners = GroupMember.objects.filter(group__in=groups, seat=1).order_by("joined_on")
    return dict(owners.values_list("group_id", "person__name"))


Words = Callable[[str, Any], str]
"""A person's name and the value of a row → what is said of it."""


def _members() -> Words:
    return lambda name, number: _("{n} members").format(n=number)


def _relatives() -> Words:
    labels = code_labels("relation")

    def say(name: str, codes: str) -> str:
        relations = [labels.get(codes[start : start + 2], "") for start in range(0, len(codes), 2)]
        if len(relations) == 1:
            return _("{name}: {relation}").format(name=name, relation=relations[0])
        return _("{name}: {relation} draws on {payer}").format(name=name, relation=relations[1], payer=relations[0])

    return say


def _elsewhere() -> Words:
    regions = dict(Region.objects.values_list("code", "name"))
    return lambda name, code: _("{name}: insured in {region}").format(name=name, region=regions[code])


def _several() -> Words:
    return lambda name, nothing: _("{name}: in another group as well").format(name=name)


def _limits() -> Words:
    return lambda name, limit: _("{name}: {limit}").format(
        name=name, limit=value_in_words("annual_limit_payer", limit)
    )


WORDS: Mapping[str, Callable[[], Words]] = {
    "max_members": _members,
    "near_relatives": _relatives,
    "allow_parents_in_law": _relatives,
    "cross_city": _elsewhere,
    "cross_province": _elsewhere,
    "one_group_per_person": _several,
    "annual_limit_payer": _limits,
}
