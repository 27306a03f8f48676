"""Which policy holds in a region on a day: inherited down the tree, by versions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from accounts.models import Region
from families.rules.policy import PARAMETERS, Policy, PolicyFault
from families.selectors import policy_on
from tests.factories import make_policy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
DAY = dt.date(2026, 3, 1)


def policy(code: str, day: dt.date = DAY) -> Policy:
    return policy_on(Region.objects.get(pk=code), day)


def test_without_a_version_every_parameter_has_its_default_and_no_citation() -> None:
    found = policy("421002")
    assert all(getattr(found, name) == parameter.default for name, parameter in PARAMETERS.items())
    assert found.origins == {}


def test_a_district_inherits_city_province_and_country_and_the_nearest_wins() -> None:
    make_policy("100000", max_members=7, min_bind_days=30, cross_city=False)
    make_policy("420000", max_members=6, min_bind_days=60)
    make_policy("421000", max_members=5)
    found = policy("421002")
    assert (found.max_members, found.min_bind_days, found.cross_city) == (5, 60, False)
    assert [found.origins[name].region_code for name in ("max_members", "min_bind_days", "cross_city")] == [
        "421000",
        "420000",
        "100000",
    ]
    assert found.origins["max_members"].region_name == "荆州市"
    assert found.citation("max_members") == "§max_members"


def test_a_district_may_be_narrower_than_its_city_and_its_neighbour_is_not_touched() -> None:
    make_policy("421000", max_members=7)
    make_policy("421002", max_members=4)
    assert [policy(code).max_members for code in ("421002", "421003", "421000", "420106")] == [4, 7, 7, 8]


def test_a_version_holds_from_its_day_until_the_next() -> None:
    make_policy(effective_on=dt.date(2025, 1, 1), max_members=5)
    make_policy(effective_on=dt.date(2026, 1, 1), max_members=6)
    days = {
        dt.date(2024, 12, 31): 8,
        dt.date(2025, 1, 1): 5,
        dt.date(2025, 12, 31): 5,
        dt.date(2026, 1, 1): 6,
        dt.date(2030, 1, 1): 6,
    }
    assert {day: policy("421002", day).max_members for day in days} == days


def test_a_newer_version_above_does_not_overrule_an_older_one_nearer() -> None:
    make_policy("421000", effective_on=dt.date(2020, 1, 1), max_members=5)
    make_policy("420000", effective_on=dt.date(2026, 1, 1), max_members=7)
    assert policy("421002").max_members == 5


def test_what_the_newest_version_leaves_out_is_inherited_and_not_taken_from_its_predecessor() -> None:
    make_policy("420000", min_bind_days=60)
    make_policy("421000", effective_on=dt.date(2025, 1, 1), min_bind_days=90, max_members=5)
    make_policy("421000", effective_on=dt.date(2026, 1, 1), max_members=6)
    assert (policy("421002").min_bind_days, policy("421002").max_members) == (60, 6)


def test_values_come_out_as_the_rules_read_them() -> None:
    make_policy(annual_limit_payer="15000", near_relatives=["spouse", "child"], quiet_hours=None, changes_per_year=1)
    found = policy("421002")
    assert (found.annual_limit_payer, found.changes_per_year, found.quiet_hours) == (Decimal("15000.00"), 1, None)
    assert found.near_relatives == {"spouse", "child"}


def test_a_limit_lifted_below_is_no_limit_although_one_is_set_above() -> None:
    make_policy("420000", visit_limit="500")
    make_policy("421000", visit_limit=None)
    assert policy("421002").visit_limit is None
    assert policy("420106").visit_limit == Decimal("500.00")


def test_a_value_that_nobody_can_read_is_refused_by_name_and_not_passed_over() -> None:
    make_policy(min_bind_days="ninety")
    with pytest.raises(PolicyFault, match="min_bind_days"):
        policy("421002")


def test_two_queries_read_a_policy_however_many_versions_there_are(
    django_assert_max_num_queries: object,
) -> None:
    for year in range(2010, 2026):
        make_policy("420000", effective_on=dt.date(year, 1, 1), max_members=7, min_bind_days=year - 2000)
    region = Region.objects.get(pk="421002")
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        assert policy_on(region, DAY).min_bind_days == 25
