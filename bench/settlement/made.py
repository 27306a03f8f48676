"""Makes a settlement feed for families that stand in the database. Pure: the same arguments, the same bytes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from random import Random

from settlement.services.feed_rows import COLUMNS

SEED = 20260316
BEGIN = dt.datetime(2026, 3, 16, 7, 30)  # noqa: DTZ001 - a feed writes local time
KINDS = (("11", 60, 400), ("11", 60, 400), ("14", 100, 900), ("41", 20, 300), ("21", 2_000, 20_000))
FUND = {"11": 0.4, "14": 0.6, "41": 0.0, "21": 0.7}


def bills(
    psn_nos: Sequence[str], institutions: Sequence[str], *, count: int, start: int = 0
) -> Iterator[dict[str, str]]:
    """Every twentieth takes an earlier one back. `start`: the first number, so that two feeds do not meet."""
    random = Random(SEED + start)
    recent: list[dict[str, str]] = []
    for number in range(start, start + count):
        at = BEGIN + dt.timedelta(seconds=7 * (number - start))
        common = {"setl_id": f"B{number:012d}", "mdtrt_id": f"M{number:012d}", "setl_time": f"{at:%Y-%m-%d %H:%M:%S}"}
        if recent and random.random() < 0.05:
            yield _reversal(recent.pop(random.randrange(len(recent)))) | common
        else:
            bill = _bill(random, random.choice(psn_nos), random.choice(institutions)) | common
            recent = [*recent[-200:], bill]
            yield bill


def feed(psn_nos: Sequence[str], institutions: Sequence[str], *, count: int, start: int = 0) -> bytes:
    """A CSV file of the national columns."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(bills(psn_nos, institutions, count=count, start=start))
    return text.getvalue().encode()


def _bill(random: Random, psn_no: str, institution: str) -> dict[str, str]:
    med_type, low, high = random.choice(KINDS)
    total = random.randrange(low * 100, high * 100)
    fund = int(total * FUND[med_type])
    fen = {"medfee_sumamt": total, "inscp_scp_amt": total, "fund_pay_sumamt": fund, "psn_part_amt": total - fund}
    zero = dict.fromkeys(("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "hosp_part_amt"), "0.00")
    return {
        "init_setl_id": "", "refd_setl_flag": "0", "psn_no": psn_no, "fixmedins_code": institution,
        "med_type": med_type, "dise_codg": "I10", "dise_name": "高血压", "dr_name": "某医师", "acct_used_flag": "1",
        **zero, **{name: f"{amount / 100:.2f}" for name, amount in fen.items()},
    }  # fmt: skip


def _reversal(bill: dict[str, str]) -> dict[str, str]:
    amounts = {
        name: f"-{value}" if name.endswith(("amt", "selfpay")) and float(value) else value
        for name, value in bill.items()
    }
    return amounts | {"init_setl_id": bill["setl_id"], "refd_setl_flag": "1"}
