"""The pre-flight check in words: rule, value, citation and earliest day, for each person and each pair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Region
from accounts.models.person import Gender, InsuranceStatus
from accounts.selectors import code_labels
from families.messages import CITATIONS, MESSAGES, RULES
from families.rules.policy import Policy
from families.rules.preflight import Finding, Level, PairFinding, Preflight

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
    row: str
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
    """Whether the payer's account may be used by the beneficiary. `rows`: payer-beneficiary, as on the form."""

    rows: str
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


def explain(
    preflight: Preflight,
    *,
    policy: Policy,
    names: Mapping[int, str],
    ranks: Mapping[int, int],
    rows: Mapping[int, str] | None = None,
    declared: frozenset[tuple[int, int]] = frozenset(),
) -> Verdict:
    """Words for a check. `names`, `ranks`, `rows` are by position; only sharing positions have a rank."""
    rows = rows or {position: str(position - 1) for position in names}
    say = _Speech(policy)
    persons = tuple(_person(position, preflight, say, names, rows) for position in names)
    payers = tuple(
        PayerVerdict(ranks[position], names[position], _pairs(position, preflight, names, rows, declared))
        for position in sorted(ranks, key=lambda position: ranks[position])
    )
    return Verdict(persons=persons, payers=payers, passes=preflight.passes)


def _person(
    position: int, preflight: Preflight, say: _Speech, names: Mapping[int, str], rows: Mapping[int, str]
) -> PersonVerdict:
    findings = preflight.of(position)
    return PersonVerdict(
        position=position,
        row=rows[position],
        name=names[position],
        level=_worst(findings),
        lines=tuple(say.line(finding) for finding in findings),
    )


def _worst(findings: Sequence[Finding]) -> Level:
    levels = {finding.level for finding in findings}
    return next((level for level in (Level.FAIL, Level.WARN) if level in levels), Level.PASS)


def _pairs(
    payer: int,
    preflight: Preflight,
    names: Mapping[int, str],
    rows: Mapping[int, str],
    declared: frozenset[tuple[int, int]],
) -> tuple[PairVerdict, ...]:
    return tuple(_pair(pair, names, rows, declared) for pair in preflight.pairs if pair.payer == payer)


def _pair(
    pair: PairFinding, names: Mapping[int, str], rows: Mapping[int, str], declared: frozenset[tuple[int, int]]
) -> PairVerdict:
    is_declared = (pair.payer, pair.beneficiary) in declared and pair.granted and pair.pair.verdict.value == "declare"
    return PairVerdict(
        rows=f"{rows[pair.payer]}-{rows[pair.beneficiary]}",
        beneficiary=names[pair.beneficiary],
        kind=str(KINDS[pair.kind]) if pair.kind else "",
        granted=pair.granted,
        presumed=pair.is_presumed,
        declared=is_declared,
        declarable=pair.reason == "needs_declaration" or is_declared,
        reason=str(MESSAGES[pair.reason]) if pair.reason else "",
    )


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
