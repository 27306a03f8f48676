"""The dashboard of a region and period, put together: key figures, breakdowns, and where each line leads.

Every figure comes from the summaries; that of a breakdown's foot is the region's, not the sum of the lines shown.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts.models import ClosedDay, Region, Staff
from families.models.case import CaseKind
from reports.addresses import Asked
from reports.breakdowns import AID, BREAKDOWNS, FEE, LEVEL, PART, VISITS, Breakdown, Text
from reports.definition import Kind
from reports.files import shown
from reports.models.summary import By
from reports.rules.periods import DAY, MONTH, YEAR, Span, last_of_month, to_date
from reports.selectors import summaries
from reports.selectors.summaries import Families, Sums, Value
from settlement.models import Discrepancy

MOST = 12  # lines of a breakdown
OFFICES = 20
PERIODS = (DAY, MONTH, YEAR)
BEFORE = "before"  # after a tag: the same days of the year before
CHANGE = gettext_lazy("± %")
YEAR_BEFORE = gettext_lazy("year before")


FAMILY_FIGURES = {
    "groups": gettext_lazy("groups at the end"),
    "members": gettext_lazy("members at the end"),
    "opened": gettext_lazy("new groups"),
    "dissolved": gettext_lazy("dissolved groups"),
    "joined": gettext_lazy("new members"),
    "released": gettext_lazy("released members"),
}
# Without a name: persons, which do not add up.
SETTLEMENT_FIGURES = (
    ("visits", VISITS, Kind.COUNT),
    ("", pgettext_lazy("column of a report", "persons"), Kind.COUNT),
    ("medfee_sumamt", FEE, Kind.AMOUNT),
    ("acct_mulaid_pay", AID, Kind.AMOUNT),
    ("family_part", gettext_lazy("family's part of the personal part, %"), Kind.PERCENT),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure beside that of the year before; `change`: in %, None from nothing."""

    now: str
    before: str
    change: str


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """`cells`: of the day, the month and the year to date."""

    label: Text
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Line:
    """`length`: of its bar, 0 to 100; `address`: where it leads, or ""."""

    label: str
    address: str
    length: int
    figures: list[str]


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: Text
    headings: Sequence[Text]
    lines: list[Line]
    total: list[str]
    chart: str = ""  # JSON


@dataclass(frozen=True, slots=True)
class Offices:
    """Cases by office; `kinds`: the columns."""

    kinds: list[str]
    lines: list[tuple[str, list[int], int]]
    total: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is not done: exceptions that are open, and days of the period that nobody signed for the region."""

    exceptions: int
    unsigned: int


class Dashboard:
    """Asked for once, from few queries. `through`: the last day that was worked out."""

    change_label = CHANGE

    def __init__(self, asked: Asked, *, through: dt.date, staff: Staff) -> None:
        self.asked, self.through, self.staff = asked, through, staff

    @cached_property
    def spans(self) -> dict[str, tuple[str, Span]]:
        """By tag: the day, the month and the year to it, each beside the same days of the year before."""
        now = {of: (of, to_date(of, self.asked.day)) for of in PERIODS}
        return now | {of + BEFORE: (of, span.year_before()) for of, span in now.values()}

    @cached_property
    def months(self) -> dict[str, Span]:
        """Of the year so far, by tag, and those of the year before."""
        last = self.asked.day
        firsts = [last.replace(month=month, day=1) for month in range(1, last.month + 1)]
        now = {f"{first:%Y-%m}": Span(first, min(last, last_of_month(first))) for first in firsts}
        return now | {tag + BEFORE: span.year_before() for tag, span in now.items()}

    @cached_property
    def _totals(self) -> dict[str, Sums]:
        spans = {tag: span for tag, (_of, span) in self.spans.items()} | self.months
        found = summaries.totals([self.asked.region.code], spans, through=self.through)
        return {tag: found.get((self.asked.region.code, tag), Sums()) for tag in spans}

    @property
    def whole(self) -> Sums:
        return self._totals[self.asked.of]

    @cached_property
    def key_figures(self) -> list[KeyFigure]:
        told = summaries.persons([self.asked.region.code], self.spans)
        persons = {tag: told.get((self.asked.region.code, tag), 0) for tag in self.spans}
        families = summaries.families(self.asked.region.code, {tag: span for tag, (_of, span) in self.spans.items()})
        return list(self._key_figures(persons, families))

    def _key_figures(self, persons: Mapping[str, int], families: Mapping[str, Families]) -> Iterator[KeyFigure]:
        for name, label in FAMILY_FIGURES.items():
            yield self._key_figure(label, Kind.COUNT, {tag: getattr(one, name) for tag, one in families.items()})
        for name, label, kind in SETTLEMENT_FIGURES:
            figures = {tag: getattr(self._totals[tag], name) for tag in self.spans} if name else persons
            yield self._key_figure(label, kind, figures)

    @staticmethod
    def _key_figure(label: Text, kind: Kind, figures: Mapping[str, Any]) -> KeyFigure:
        pairs = [(figures[of], figures[of + BEFORE]) for of in PERIODS]
        compared = points if kind is Kind.PERCENT else change
        return KeyFigure(label, [Cell(shown(now, kind), shown(was, kind), compared(now, was)) for now, was in pairs])

    @cached_property
    def sections(self) -> list[Section]:
        by = [one.of for one in BREAKDOWNS if one.of != LEVEL]
        found = summaries.top(
            self.asked.region.code, self.asked.span, by=by, most=MOST, through=self.through
        )  # fmt: skip
        told = [self._section(one, *found[one.of]) for one in BREAKDOWNS if one.of in found]
        return [*filter(None, (self._regions(), self._months())), *told]

    def _section(self, of: Breakdown, lines: list[Value], rest: Value | None) -> Section:
        words = of.words([line.value for line in lines])
        shown_lines = sorted(lines, key=lambda line: line.value) if of.in_order else lines
        longest = max((line.sums.acct_mulaid_pay for line in lines), default=Decimal(0))
        told = [
            Line(
                label=f"{line.name} {line.value}".strip() if line.name else words.get(line.value, "—"),
                address=self.asked.settlements(**{of.filter: line.value}) if of.filter and line.value else "",
                length=length(line.sums.acct_mulaid_pay, longest),
                figures=of.figures(line.sums),
            )
            for line in shown_lines
        ]
        if rest is not None:
            label = ngettext("{n} other", "{n} others", rest.several).format(n=f"{rest.several:,}")
            told.append(Line(label, "", 0, of.figures(rest.sums)))
        whole = replace(self.whole, visits=sum(line.sums.visits for line in lines)) if of.of == By.RELATION else None
        return Section(of.of, of.title, of.headings, told, of.figures(whole or self.whole))

    def _regions(self) -> Section | None:
        """Those directly below, and what is insured with the region itself; None at the foot of the tree."""
        below = list(Region.objects.filter(parent=self.asked.region).order_by("code"))
        if not below:
            return None
        codes = [one.code for one in below]
        spans = {tag: self.spans[tag] for tag in (self.asked.of, self.asked.of + BEFORE)}
        sums = summaries.totals(codes, {tag: span for tag, (_of, span) in spans.items()}, through=self.through)
        persons = summaries.persons([*codes, self.asked.region.code], {self.asked.of: spans[self.asked.of]})
        now = {code: sums.get((code, self.asked.of), Sums()) for code in codes}
        longest = max(one.acct_mulaid_pay for one in now.values())
        lines = [
            Line(
                label=one.name,
                address=self.asked.address(region=one.code),
                length=length(now[one.code].acct_mulaid_pay, longest),
                figures=self._of_region(one.code, now[one.code], sums, persons),
            )
            for one in below
        ]
        own = self.whole
        for one in now.values():
            own = own.less(one)
        if own != Sums():
            lines.append(Line(_("{region} itself").format(region=self.asked.region.name), "", 0, _own(own)))
        was = {(self.asked.region.code, self.asked.of + BEFORE): self._totals[self.asked.of + BEFORE]}
        total = self._of_region(self.asked.region.code, self.whole, was, persons)
        headings = (VISITS, pgettext_lazy("column of a report", "persons"), FEE, AID, CHANGE, PART)
        return Section("region", gettext_lazy("Regions"), headings, lines, total)

    def _of_region(
        self, code: str, now: Sums, sums: Mapping[tuple[str, str], Sums], persons: Mapping[tuple[str, str], int]
    ) -> list[str]:
        was = sums.get((code, self.asked.of + BEFORE), Sums())
        return [
            shown(now.visits, Kind.COUNT),
            shown(persons.get((code, self.asked.of), 0), Kind.COUNT),
            shown(now.medfee_sumamt, Kind.AMOUNT),
            shown(now.acct_mulaid_pay, Kind.AMOUNT),
            change(now.acct_mulaid_pay, was.acct_mulaid_pay),
            shown(now.family_part, Kind.PERCENT),
        ]

    def _months(self) -> Section:
        tags = [tag for tag in self.months if not tag.endswith(BEFORE)]
        pairs = [(tag, self._totals[tag], self._totals[tag + BEFORE]) for tag in tags]
        longest = max(now.acct_mulaid_pay for _tag, now, _was in pairs)
        lines = [
            Line(
                label=tag,
                address=self.asked.address(of=MONTH, day=self.months[tag].until.isoformat()),
                length=length(now.acct_mulaid_pay, longest),
                figures=_of_month(now, was),
            )
            for tag, now, was in pairs
        ]
        headings = (VISITS, FEE, AID, YEAR_BEFORE, CHANGE, PART)
        total = _of_month(self._totals[YEAR], self._totals[YEAR + BEFORE])
        return Section("month", gettext_lazy("Months"), headings, lines, total, self._chart(pairs))

    def _chart(self, pairs: Sequence[tuple[str, Sums, Sums]]) -> str:
        """Mutual aid by month, this year beside the one before, for unfold's Chart.js: in ten thousand yuan."""
        colours = {self.asked.day.year - 1: "#b9c6cb", self.asked.day.year: "#00626e"}
        amounts = {
            self.asked.day.year - 1: [was.acct_mulaid_pay for _tag, _now, was in pairs],
            self.asked.day.year: [now.acct_mulaid_pay for _tag, now, _was in pairs],
        }
        datasets = [
            {
                "label": str(year),
                "data": [float((one / 10_000).quantize(Decimal("0.01"))) for one in amounts[year]],
                "backgroundColor": colour,
                "grouped": True,
                "maxBarThickness": 20,
                "displayYAxis": True,
            }
            for year, colour in colours.items()
        ]
        return json.dumps({"labels": [tag for tag, _now, _was in pairs], "datasets": datasets})

    @cached_property
    def offices(self) -> Offices:
        """Those that opened most cases, and the others together."""
        cases = summaries.counter_work(self.asked.region.code, self.asked.span, through=self.through)
        kinds = list(CaseKind)
        by_office = {
            office: [cases.get((office, kind), 0) for kind in kinds] for office in {office for office, _kind in cases}
        }
        lines = sorted(by_office.items(), key=lambda one: (-sum(one[1]), one[0]))
        shown_lines = [(office or "—", counts, sum(counts)) for office, counts in lines[:OFFICES]]
        if rest := [counts for _office, counts in lines[OFFICES:]]:
            label = ngettext("{n} other", "{n} others", len(rest)).format(n=len(rest))
            together = [sum(column) for column in zip(*rest, strict=True)]
            shown_lines.append((label, together, sum(together)))
        total = [sum(column) for column in zip(*by_office.values(), strict=True)]
        return Offices([str(kind.label) for kind in kinds], shown_lines, [*total, sum(total)] if total else [])

    @cached_property
    def standing(self) -> Standing:
        region, span = self.asked.region, self.asked.span
        held = Discrepancy.objects.for_staff(self.staff).filter(institution__region__path__startswith=region.path)
        until = min(span.until, self.through)
        signed = ClosedDay.objects.standing().filter(
            region__in=region.ancestors(), business_date__range=(span.since, until)
        )
        closed = signed.aggregate(n=Count("business_date", distinct=True))["n"]
        over = (until - span.since).days + 1
        return Standing(exceptions=held.open().count(), unsigned=max(over - closed, 0))


def _own(sums: Sums) -> list[str]:
    return [
        shown(sums.visits, Kind.COUNT),
        "",
        shown(sums.medfee_sumamt, Kind.AMOUNT),
        shown(sums.acct_mulaid_pay, Kind.AMOUNT),
        "",
        shown(sums.family_part, Kind.PERCENT),
    ]


def _of_month(now: Sums, was: Sums) -> list[str]:
    return [
        shown(now.visits, Kind.COUNT),
        shown(now.medfee_sumamt, Kind.AMOUNT),
        shown(now.acct_mulaid_pay, Kind.AMOUNT),
        shown(was.acct_mulaid_pay, Kind.AMOUNT),
        change(now.acct_mulaid_pay, was.acct_mulaid_pay),
        shown(now.family_part, Kind.PERCENT),
    ]


def change(now: Decimal | int | None, was: Decimal | int | None) -> str:
    """Of the year before, in %, with its sign; "—" from nothing."""
    if not was or now is None:
        return "—"
    now, was = Decimal(now), Decimal(was)
    return _signed((now - was) * 100 / abs(was))


def points(now: Decimal | None, was: Decimal | None) -> str:
    """Between two parts of a hundred; "—" where there was none."""
    return "—" if now is None or was is None else _signed(now - was)


def _signed(figure: Decimal) -> str:
    """Nothing is +0.0, never -0.0."""
    return f"{figure.quantize(Decimal('0.1')) + 0:+.1f}"


def length(amount: Decimal, longest: Decimal) -> int:
    return max(0, round(amount * 100 / longest)) if longest > 0 else 0
