"""The pre-flight check in words: rule, value, citation and earliest day, for each person and each pair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import InsuredPerson, Region
from accounts.models.person import Gender, InsuranceStatus
from accounts.selectors import code_labels
from families.messages import CITATIONS, MESSAGES, RULES
from families.models import RegistrationCase
from families.rules.findings import Finding, Level, PairFinding, Preflight
from families.rules.kinship import Verdict as PairBasis
from families.rules.policy import Policy
from families.services.case_forms import CaseCheck, snapshot_of

KINDS = {
    "spouse": gettext_lazy("spouse"),
    "parent": gettext_lazy("parent"),
    "child": gettext_lazy("child"),
    "sibling": gettext_lazy("sibling"),
    "grandparent": gettext_lazy("grandparent"),
    "grandchild": gettext_lazy("grandchild"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One rule for one person, as a clerk reads it to the family."""

    rule: str
    level: Level
    message: str
    value: str
    citation: str
    earliest_on: dt.date | None


@dataclass(frozen=True, slots=True)
class PersonVerdict:
    position: int
    name: str
    level: Level
    lines: tuple[Line, ...]

    @property
    def problems(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.level is not Level.PASS)

    @property
    def passed(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.level is Level.PASS)


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """Whether the payer's account may be used by the beneficiary. `persons`: payer-beneficiary, as the form sends."""

    persons: str
    beneficiary: str
    kind: str
    granted: bool
    presumed: bool
    declared: bool
    declarable: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PayerVerdict:
    rank: int
    name: str
    pairs: tuple[PairVerdict, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    persons: tuple[PersonVerdict, ...]
    payers: tuple[PayerVerdict, ...]
    passes: bool

    @property
    def presumed(self) -> bool:
        return any(pair.presumed for payer in self.payers for pair in payer.pairs)


def explain(check: CaseCheck, *, names: Mapping[int, str] | None = None) -> Verdict:
    """Words for a check, of everybody whom a rule was asked of. `names`: by person; looked up without."""
    names = names or dict(InsuredPerson.objects.filter(pk__in=check.persons.values()).values_list("pk", "name"))
    say = _Speech(check.policy)
    asked = {finding.position for finding in check.preflight.findings}
    by_position = {position: names[person] for position, person in check.persons.items()}
    return Verdict(
        persons=tuple(
            _person(position, check.preflight, say, name)
            for position, name in sorted(by_position.items())
            if position in asked
        ),
        payers=tuple(
            PayerVerdict(terms.rank or 0, by_position[position], _pairs(position, check, by_position))
            for position, terms in sorted(check.terms.items(), key=lambda payer: payer[1].rank or 0)
        ),
        passes=check.passes,
    )


def _person(position: int, preflight: Preflight, say: _Speech, name: str) -> PersonVerdict:
    findings = preflight.of(position)
    return PersonVerdict(
        position=position,
        name=name,
        level=_worst(findings),
        lines=tuple(say.line(finding) for finding in findings),
    )


def _worst(findings: Sequence[Finding]) -> Level:
    levels = {finding.level for finding in findings}
    return next((level for level in (Level.FAIL, Level.WARN) if level in levels), Level.PASS)


def _pairs(payer: int, check: CaseCheck, names: Mapping[int, str]) -> tuple[PairVerdict, ...]:
    return tuple(_pair(pair, check, names) for pair in check.preflight.pairs if pair.payer == payer)


def _pair(pair: PairFinding, check: CaseCheck, names: Mapping[int, str]) -> PairVerdict:
    by_declaration = pair.granted and pair.pair.verdict is PairBasis.DECLARE
    is_declared = by_declaration and (pair.payer, pair.beneficiary) in check.declared
    return PairVerdict(
        persons=f"{check.persons[pair.payer]}-{check.persons[pair.beneficiary]}",
        beneficiary=names[pair.beneficiary],
        kind=str(KINDS[pair.kind]) if pair.kind else "",
        granted=pair.granted,
        presumed=pair.is_presumed,
        declared=by_declaration,
        declarable=pair.reason == "needs_declaration" or is_declared,
        reason=str(MESSAGES[pair.reason]) if pair.reason else "",
    )


def differences_of(case: RegistrationCase, check: CaseCheck) -> list[str]:
    """What the check says otherwise than when the case was submitted, for the reviewer."""
    before, now = case.submitted_check, snapshot_of(check)
    if before is None:
        return []
    names = dict(InsuredPerson.objects.filter(pk__in={*before["persons"], *now["persons"]}).values_list("pk", "name"))
    lines = [
        _("{name} is no member of the family any more.").format(name=names[person])
        for person in before["persons"]
        if person not in now["persons"]
    ]
    lines += [
        _("{name} became a member of the family.").format(name=names[person])
        for person in now["persons"]
        if person not in before["persons"]
    ]
    lines += _changed_findings(before["findings"], now["findings"], names)
    if before["policy"] != now["policy"]:
        lines.append(_("Another version of the policy is in force by now."))
    if before["day"] != now["day"]:
        lines.append(_("It takes effect later than asked for: on {day}.").format(day=date_format(check.day)))
    return lines


def _changed_findings(before: list[list[str]], now: list[list[str]], names: Mapping[int, str]) -> list[str]:
    """Rules that pass no more, or pass again. A finding: person, rule, level, code, value."""
    old = {(person, rule): level for person, rule, level, _code, _value in before}
    lines = []
    for person, rule, level, code, _value in now:
        if old.get((person, rule), Level.PASS) != level:
            said = str(MESSAGES[code]) if code else _("passes")
            lines.append(f"{names.get(int(person), '')} {RULES[rule]}: {said}")
    return lines


class _Speech:
    """Turns codes into words; looks each table up once."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.tables = {table: code_labels(table) for table in ("insutype", "relation")}
        self.values: Mapping[str, Callable[[str], str]] = {
            "insured": self._from("insutype"),
            "payer_employee": self._from("insutype"),
            "near_relative": self._from("relation"),
            "one_spouse": self._from("relation"),
            "normal_status": lambda value: str(InsuranceStatus(value).label),
            "gender": lambda value: str(Gender(value).label),
            "region": _region_name,
            "balance": lambda value: _("{amount} yuan").format(amount=value),
            "seats": lambda value: _("at most {n} members").format(n=value),
            "rebind_wait": lambda value: _("{n} days").format(n=value),
            "min_bind": lambda value: _("{n} days").format(n=value),
            "rank": lambda value: _("place {n}").format(n=value),
            "changes": lambda value: _("{n} a year").format(n=value) if value else _("without limit"),
            "one_group": lambda value: value or _("in no group"),
            "dates": lambda value: date_format(dt.date.fromisoformat(value), "DATE_FORMAT"),
        }

    def line(self, finding: Finding) -> Line:
        show = self.values.get(finding.rule)
        return Line(
            rule=str(RULES[finding.rule]),
            level=finding.level,
            message=str(MESSAGES[finding.code]) if finding.code else "",
            value=show(finding.value) if show else finding.value,
            citation=self._citation(finding),
            earliest_on=finding.earliest_on,
        )

    def _citation(self, finding: Finding) -> str:
        if finding.parameter:
            origin = self.policy.origins.get(finding.parameter)
            if origin is None:
                return _("product default")
            return _("{citation} ({region})").format(citation=origin.citation, region=origin.region_name)
        return str(CITATIONS.get(finding.rule, ""))

    def _from(self, table: str) -> Callable[[str], str]:
        return lambda value: self.tables[table].get(value, value)


def _region_name(code: str) -> str:
    """Kept for a minute, because every line of a check may ask."""
    return str(cache.get_or_set(f"region:{code}", lambda: _stored_name(code), 60))


def _stored_name(code: str) -> str:
    region = Region.objects.filter(pk=code).first()
    return region.name if region else code
