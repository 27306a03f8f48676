"""What the address of a dashboard asks for, and where its lines lead: to another dashboard, or to settlements."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Region
from reports.rules.periods import DAY, MONTH, ONE_DAY, Span, last_of_month, to_date


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. `region`: in the scope of whoever asks; `own`: theirs."""

    of: str
    day: dt.date
    region: Region
    own: Region

    @property
    def span(self) -> Span:
        return to_date(self.of, self.day)

    @property
    def before(self) -> Span:
        return self.span.year_before()

    def address(self, **other: str) -> str:
        asked = {"of": self.of, "day": self.day.isoformat(), "region": self.region.code} | other
        return f"{reverse('dashboard')}?{urlencode(asked)}"

    def settlements(self, **narrowed: str) -> str:
        """The list of the settlements of the period and region."""
        within = {} if self.region == self.own else {"region": self.region.code}
        span = {"since": self.span.since.isoformat(), "until": self.span.until.isoformat()}
        return f"{reverse('settlements')}?{urlencode(span | within | narrowed)}"

    def beside(self, *, later: bool) -> dt.date:
        """The last day of the period before or after; of months and years whole ones."""
        if self.of == DAY:
            return self.day + (ONE_DAY if later else -ONE_DAY)
        if not later:
            return self.span.since - ONE_DAY
        after = last_of_month(self.day) if self.of == MONTH else self.day.replace(month=12, day=31)
        following = after + ONE_DAY
        return last_of_month(following) if self.of == MONTH else following.replace(month=12, day=31)
