"""What speaks for and against one person, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.selectors import code_labels
from families.rules.duplicates import Evidence

WORDS = {
    "same_number": _("The 15-digit number is the 18-digit one without century and check character"),
    "same_name": _("Same name"),
    "name_alike": _("The names sound alike"),
    "same_birthday": _("Same date of birth"),
    "same_gender": _("Same gender"),
    "other_certificate": _("Different certificates, which one person can hold"),
    "same_phone": _("Same phone"),
    "same_region": _("Insured in the same region"),
    "one_not_insured": _("Not both insured in normal status"),
    "two_resident_ids": _("Two valid resident ID numbers: two persons by number"),
    "other_name": _("Different names"),
    "other_birthday": _("Different dates of birth"),
    "other_gender": _("Different genders"),
    "other_phone": _("Different phones"),
    "other_region": _("Insured in different regions"),
    "both_insured": _("Both insured in normal status"),
    "two_accounts": _("Both have a personal account"),
    "in_one_group": _("Both members of one group at once, side by side"),
    "in_two_groups": _("Members of two groups at once"),
}


def in_words(finding: Evidence) -> tuple[str, str]:
    """The sentence, and beside it the certificates or the groups it is about."""
    if finding.code == "other_certificate":
        names = code_labels("psn_cert_type")
        return str(WORDS[finding.code]), " / ".join(names.get(code, code) for code in finding.value.split("/"))
    return str(WORDS[finding.code]), finding.value
