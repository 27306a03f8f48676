"""Why each account paid, stored as JSON and read back (settlement/rules/stored.py)."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from families.rules.policy import PARAMETERS, Origin
from settlement.rules.allocation import allocate
from settlement.rules.stored import as_stored, from_stored
from tests.unit.test_allocation import CASES, Case

CITATION = st.sampled_from(["", "§1", "荆医保〔2025〕1号 “一”\\\n\u0001"])
ORIGINS = st.dictionaries(
    st.sampled_from(sorted(PARAMETERS)),
    st.builds(Origin, st.just("421000"), CITATION, st.just(dt.date(2020, 1, 1)), CITATION),
    max_size=4,
)


@given(CASES, ORIGINS)
def test_what_was_decided_reads_back_as_it_was(case: Case, origins: dict[str, Origin]) -> None:
    bill, beneficiary, payers, policy = case
    result = allocate(bill=bill, beneficiary=beneficiary, payers=payers, policy=replace(policy, origins=origins))
    for one in (result.own, *result.payers):
        stored = json.loads(json.dumps(as_stored(one), ensure_ascii=False))
        back = from_stored(stored)
        assert back == one
        assert (back.paid, back.after, back.citation) == (one.paid, one.after, one.citation)
        assert as_stored(back) == as_stored(one)
