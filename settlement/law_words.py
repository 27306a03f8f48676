"""What a figure that breaks a law of the ledger is called (`Violation.what`), and a field that differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FIGURES: dict[str, StrOrPromise] = {
    "prior_years": _("balance of prior years against the entries"),
    "current_year": _("balance of the current year against the entries"),
    "entry_count": _("number of entries"),
    "prior_after": _("prior years after this entry"),
    "current_after": _("current year after this entry"),
    "sequence": _("number of the entry"),
    "negative": _("balance below zero"),
    "posted_twice": _("posted twice from one source"),
    "adjustment": _("entry of the adjustment"),
    "chain_of_events": _("chain of audit events broken"),
    "seat": _("seat in the group"),
    "seat_taken_twice": _("seat taken twice"),
    "member_twice": _("seated twice in the group"),
    "in_two_groups": _("in two groups at once"),
    "medfee_sumamt": _("total fee against its parts"),
    "payers": _("total fee against its payers"),
    "psn_part_amt": _("personal part against own, family and cash"),
    "acct_pay": _("own account against the shares"),
    "acct_mulaid_pay": _("mutual aid against the shares"),
    "share_prior_years": _("share of prior years against its entry"),
    "share_current_year": _("share of the current year against its entry"),
    "spent_for_nothing": _("taken without a settlement"),
    "settled_twice": _("settled twice"),
    "reversed_twice": _("reversed twice"),
    "reversed_medfee_sumamt": _("total fee of the reversal"),
    "reversed_fund": _("pooled fund of the reversal"),
    "reversed_own": _("own account of the reversal"),
    "reversed_family": _("mutual aid of the reversal"),
    "reversed_cash": _("cash of the reversal"),
    "given_back_prior_years": _("given back into prior years"),
    "given_back_current_year": _("given back into the current year"),
    "transfer_amount": _("amount of the transfer against its parts"),
    "transfer_out_prior_years": _("transfer out, prior years"),
    "transfer_out_current_year": _("transfer out, current year"),
    "transfer_in": _("transfer in"),
    "transfer_back": _("return of the transfer"),
    "transfer_held": _("waiting transfer that was paid out"),
    "claim": _("settlement of the claim"),
    "premium": _("settlement of the premium"),
}
FIELDS: dict[str, StrOrPromise] = {
    "missing_from_institution": _("missing at the institution"),
    "missing_from_centre": _("missing at the centre"),
    "medfee_sumamt": _("total fee"),
    "fund_pay_sumamt": _("pooled fund"),
    "acct_pay": _("personal account"),
    "refd_setl_flag": _("reversal"),
    "psn_no": _("person number"),
    "mdtrt_id": _("visit number"),
    "fixmedins_code": _("institution"),
}
