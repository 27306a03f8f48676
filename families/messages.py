"""One message for each code of FORMATS.md and of the pre-flight check: what is wrong, and what to do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "id_missing": _("The ID number is missing."),
    "id_checksum": _("The ID number is wrong: its last character does not fit. Compare it with the card."),
    "id_numeric_cell": _("The ID number was stored as a number and has lost digits. Format the column as text."),
    "id_format": _("This is not an ID number of 18 characters. Compare it with the card."),
    "name_missing": _("The name is missing."),
    "name_mismatch": _("Name and number disagree: the roster has another name for this number."),
    "not_insured": _("Not insured in basic medical insurance."),
    "insurance_suspended": _("The insurance is not in normal status."),
    "payer_not_employee": _("Only employee insurance has a personal account: this person cannot share."),
    "relation_unknown": _("The relation to the owner is not one of the known ones."),
    "in_law": _("A parent of the spouse is not a near relative under the policy."),
    "not_near_relative": _("Not a near relative under the policy."),
    "needs_declaration": _("The relation of these two does not follow from the form: it has to be declared."),
    "already_in_group": _("Already in a group: one person, one group."),
    "group_full": _("No seat left in the group."),
    "duplicate_row": _("This person stands on the form twice."),
    "waiting_period": _("The waiting time has not passed."),
    "other_region": _("Insured in another region, which the policy does not admit."),
    "date_invalid": _("The dates do not fit: the end lies before the start, or the start before birth."),
    "amount_invalid": _("The amount is not one in yuan with at most two decimals."),
    "owner_conflict": _("One family with two owners."),
    "header_missing": _("A heading is missing."),
    "file_unreadable": _("The file cannot be read."),
    "file_too_large": _("The file is too large."),
    "not_a_member": _("No member of the group on that day: somebody else changed the family meanwhile."),
    "owner_stays": _("The owner cannot be released: hand the group over or dissolve it."),
    "bound_too_short": _("Bound too short a time to be released."),
    "member_missing": _("This member is not on the form: say what becomes of them."),
    "rank_taken": _("Another account has this place in the order on the same days."),
    "before_owner": _("Nobody is a member before the owner."),
    "owner_changes": _("Another owner from a later day on: possible from that day."),
    "status_not_recorded": _("The roster says that this person is insured: record the status event first."),
    "balance_zero": _("The account is empty: nothing can be drawn until the next credit."),
    "card_lending": _("The card was lent to another person: no family payment until it is returned."),
    "relation_gender": _("Relation and gender disagree: check the relation with the family."),
    "relation_age": _("Relation and age disagree: check the relation with the family."),
}

RULES = {
    "insured": _("Basic medical insurance"),
    "normal_status": _("Insurance in normal status"),
    "payer_employee": _("Employee insurance of whoever shares"),
    "card_lending": _("Own card in own hands"),
    "balance": _("Balance of the account"),
    "dates": _("Start and end"),
    "one_group": _("One group per person"),
    "rebind_wait": _("Waiting time after a release"),
    "changes": _("Changes in a year"),
    "min_bind": _("Shortest membership"),
    "still_member": _("Member of the group"),
    "owner_stays": _("The owner stays"),
    "complete": _("Everybody is on the form"),
    "rank": _("Place in the order"),
    "cause": _("Cause"),
    "near_relative": _("Near relative"),
    "region": _("Region"),
    "gender": _("Gender fits the relation"),
    "age": _("Age fits the relation"),
    "once": _("On the form once"),
    "seats": _("Seats of the group"),
    "one_spouse": _("One spouse"),
    "one_owner": _("One owner"),
}

# What has to be proved by papers (families/rules/proofs.py).
PROOFS = {
    "identity": _("Identity"),
    "relation": _("Relation to the owner"),
    "declared": _("Declared relation"),
    "authority": _("Authority of the agent"),
    "agent": _("Identity of the agent"),
    "death": _("Death"),
}

# What a rule rests on where no policy parameter decides it.
CITATIONS = {
    "insured": _("Payer and beneficiary take part in basic medical insurance"),
    "normal_status": _("Payer and beneficiary are in normal insurance status"),
    "payer_employee": _("The payer has employee insurance in normal status"),
    "card_lending": _("Only the patient's own card; lending it suspends networked settlement"),
    "dates": _("Registration form: start and end"),
    "once": _("Registration form: one row per member"),
    "one_spouse": _("Marriage law: one spouse"),
    "one_owner": _("Registration form: one owner"),
    "still_member": _("Registration form: who is released is a member"),
    "owner_stays": _("Registration form: one owner"),
    "complete": _("Registration form: one row per member"),
    "rank": _("Accounts pay one after another, in the recorded order"),
}

# What a clerk does about a follow-up, by its kind.
ADVICE = {
    "owner_died": _("Call the family: hand the group over to another member, or dissolve it."),
    "member_died": _("Call the family: release the member."),
    "owner_suspended": _("Call the family: hand the group over, or wait until the insurance is resumed."),
    "payer_suspended": _("Call the family: this account pays for nobody meanwhile. Release, or wait."),
    "member_suspended": _("Call the family: nobody pays for this member meanwhile. Release, or wait."),
    "card_lending": _("Call the family: family payment goes on once the card is returned."),
    "moved_away": _("Call the family: release the member; hand the group over where it is the owner."),
    "policy_excess": _("Call the family: release whom the policy no longer admits."),
}


def message_for(code: str) -> str:
    return str(MESSAGES[code])


# What a case is sent back for most often: picked by its number, completed by hand.
READY_REASONS = (
    _("The form is not signed, or not by everybody who shares."),
    _("The form and the documents disagree."),
    _("The proof of a relation is missing."),
    _("The power of attorney of the agent is missing."),
    _("An insurance has to be verified first."),
    _("Order or limits are not those on the signed form."),
)
