"""What is wrong with a row of a registration form, beyond what every import says (`accounts.import_messages`)."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from accounts.import_messages import add_sentences

add_sentences(
    {
        "not_insured": gettext_noop(
            "Nobody on the roster has this number: the person is not insured, or the number is another one."
        ),
        "insurance_kind": gettext_noop("Not insured in basic medical insurance."),
        "insurance_suspended": gettext_noop("The insurance is not in normal status."),
        "payer_not_employee": gettext_noop(
            "Only employee insurance has a personal account: this person cannot share. Write 否."
        ),
        "relation_unknown": gettext_noop(
            "“%(value)s” is no relation that the form knows. Write 配偶, 父亲, 女儿, 外祖母 … or the two-digit code."
        ),
        "in_law": gettext_noop(
            "A parent of the spouse is not a near relative under the policy: take the row out of the form."
        ),
        "not_near_relative": gettext_noop("Not a near relative under the policy: take the row out of the form."),
        "needs_declaration": gettext_noop(
            "The relation of these two has to be declared: register them at the counter."
        ),
        "already_in_group": gettext_noop("Already in group %(value)s: one person, one group."),
        "earlier_family": gettext_noop("Already in family %(value)s of this file: one person, one group."),
        "member_differs": gettext_noop(
            "A member of the group already, with another relation, order or limit: change that at the counter."
        ),
        "group_full": gettext_noop("No seat left: the policy allows %(value)s members, the owner included."),
        "waiting_period": gettext_noop("The waiting time since the last release is not over before %(earliest)s."),
        "region_differs": gettext_noop(
            "The roster has the person in another region than %(value)s. Compare with the card."
        ),
        "region_not_admitted": gettext_noop("Insured in another region, which the policy does not admit."),
        "owner_elsewhere": gettext_noop("The owner is insured outside the region you are responsible for."),
        "end_before_start": gettext_noop("The last day %(value)s lies before the first, or the first before birth."),
        "owner_conflict": gettext_noop(
            "One family with two owners: %(value)s has another one in row %(row)s. Give one a number of its own."
        ),
        "yes_no_unknown": gettext_noop("“%(value)s” is neither 是 nor 否."),
        "rank_invalid": gettext_noop("“%(value)s” is no place in the order: write 2, 3, 4 …"),
        "changes_per_year": gettext_noop("The policy allows %(value)s changes a year, which are used up."),
        "open_elsewhere": gettext_noop(
            "Case %(value)s of this family is open at the counter: finish or withdraw it first."
        ),
        "documents_asked": gettext_noop(
            "The policy asks for documents with the form: register this family at the counter."
        ),
        "balance_zero": gettext_noop("The account is empty: nothing can be drawn until the next credit."),
        "card_lending": gettext_noop("The card was lent to another person: no family payment until it is returned."),
        "relation_gender": gettext_noop("Relation and gender disagree: check the relation with the family."),
        "relation_age": gettext_noop("Relation and age disagree: check the relation with the family."),
        "case_since": gettext_noop("Case %(value)s has changed this family since, or is about to."),
        "not_written": gettext_noop("Could not be entered, because the data changed meanwhile. Check again."),
        "not_eligible": gettext_noop("The check says no: register this family at the counter."),
    }
)

# What a code means without the values of a row: for totals.
NAMES = {
    "id_missing": gettext_noop("number missing"),
    "id_checksum": gettext_noop("check character of the number wrong"),
    "id_numeric_cell": gettext_noop("number in a numeric cell"),
    "id_format": gettext_noop("number or certificate with an impossible form"),
    "name_missing": gettext_noop("name missing"),
    "name_mismatch": gettext_noop("name and number do not belong together"),
    "not_insured": gettext_noop("not on the roster"),
    "insurance_suspended": gettext_noop("insurance not in normal status"),
    "payer_not_employee": gettext_noop("shares without a personal account"),
    "relation_unknown": gettext_noop("relation not known"),
    "in_law": gettext_noop("parent of the spouse"),
    "not_near_relative": gettext_noop("not a near relative"),
    "needs_declaration": gettext_noop("relation to be declared"),
    "already_in_group": gettext_noop("in another family already"),
    "group_full": gettext_noop("more members than the policy allows"),
    "duplicate_row": gettext_noop("stands in the file twice"),
    "waiting_period": gettext_noop("waiting time not over"),
    "other_region": gettext_noop("other region"),
    "date_invalid": gettext_noop("date not possible"),
    "amount_invalid": gettext_noop("amount not possible"),
    "owner_conflict": gettext_noop("one family with two owners"),
    "record_merged": gettext_noop("record merged into another"),
    "changes_per_year": gettext_noop("changes of the year used up"),
    "open_elsewhere": gettext_noop("a case of the family is open at the counter"),
    "documents_asked": gettext_noop("documents are asked for"),
    "not_written": gettext_noop("data changed meanwhile"),
    "not_eligible": gettext_noop("refused by the check"),
}


def name_of(code: str) -> str:
    """A few words for the code in the active language; a finding of the check is named as one."""
    return gettext(NAMES.get(code, NAMES["not_eligible"]))
