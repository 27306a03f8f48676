"""A claim from the window to the printed decision, and a reversal, each by two people with the keyboard."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from accounts.models import PersonalAccount, Staff
from settlement.models import Claim, ReversalCase, Settlement
from tests.browser.conftest import OpenDesk
from tests.browser.keyboard import Keyboard
from tests.factories import make_group, make_settlement
from tests.files.scans import photograph, picture

# In the order of the form, each followed by Tab; a choice is typed by its first characters.
TYPED = [
    "4201260012345678", "20260316", "", "外省医院", "", "21", "20260310", "20260316", "I21.900", "", "沈",
    "异地转诊", "ZZ1", "20260309", "", "1000", "", "", "", "1000", "700", "", "300",
]  # fmt: skip


def test_a_claim_goes_from_the_window_to_the_printed_decision_by_two_people(
    desk_of: OpenDesk, clerk: Staff, reviewer: Staff, tmp_path: Path
) -> None:
    child = make_group("20", by=clerk).members.get(seat=2).person
    counter = desk_of(clerk)
    page, keys = counter.page, Keyboard(counter.page)
    counter.go(f"/persons/{child.pk}/")
    page.locator("[accesskey=m]").focus()
    keys.press("Enter")
    expect(page.locator("[name=invoice_number]")).to_be_focused()
    for text in TYPED:
        if text == "异地转诊":
            page.locator("[name=cause]").select_option("referral")
        elif text == "21":
            page.locator("[name=med_type]").select_option("21")
        else:
            page.keyboard.insert_text(text)
        page.keyboard.press("Tab")
    expect(page.locator("#preview")).to_contain_text("户主")
    keys.press("Control+Enter")
    page.wait_for_url("**/edit/")
    for kind, content in (("invoice", photograph()), ("fee_list", picture(shade=3)), ("filing", picture(shade=9))):
        (tmp_path / f"{kind}.jpg").write_bytes(content)
        page.locator("#document-kind").select_option(kind)
        page.locator("#document-files").set_input_files(tmp_path / f"{kind}.jpg")
        page.locator("#document-files").press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".gj-papers .gj-paper-facts > b", has_text=label_of(kind))).to_have_count(1)
    page.locator("[name=invoice_number]").focus()
    keys.press("Control+Enter")
    counter.sees("已提交，待他人复核。")
    claim = Claim.objects.get()
    assert (claim.state, claim.documents.count()) == ("submitted", 3)

    review = desk_of(reviewer)
    review.go("/claims/")
    expect(review.page.get_by_role("link", name=claim.number)).to_be_focused()
    review.page.keyboard.press("Enter")
    review.page.wait_for_url(f"**/claims/{claim.pk}/")
    review.page.wait_for_selector("body[data-looked]")
    review.page.keyboard.press("a")
    review.sees("复核通过，已结算。")
    printed = review.page.get_by_role("link", name="打印结算单")
    expect(printed).to_be_focused()
    with review.page.context.expect_page() as opened:
        review.page.keyboard.press("Enter")
    assert f"/claims/{claim.pk}/decision.pdf" in opened.value.url or opened.value.url == "about:blank"
    settled = Settlement.objects.get(setl_id=claim.number)
    assert (settled.acct_mulaid_pay, settled.psn_cash_pay) == (300, 0)


def label_of(kind: str) -> str:
    return {"invoice": "发票", "fee_list": "费用清单", "filing": "备案表"}[kind]


def test_a_reversal_is_asked_for_by_one_and_approved_by_another(
    desk_of: OpenDesk, clerk: Staff, reviewer: Staff
) -> None:
    child = make_group("20", by=clerk).members.get(seat=2).person
    settled = make_settlement(child, "300.00", by=clerk)
    counter = desk_of(clerk)
    counter.go(f"/settlements/{settled.pk}/reverse/")
    expect(counter.page.locator("[name=reason]")).to_be_focused()
    counter.page.keyboard.insert_text("重复结算")
    counter.page.keyboard.press("Control+Enter")
    counter.sees("已提交，待他人复核。")
    case = ReversalCase.objects.get()
    review = desk_of(reviewer)
    review.go("/reversals/")
    review.page.keyboard.press("n")
    review.page.wait_for_url(f"**/reversals/{case.pk}/")
    review.sees("重复结算")
    review.page.wait_for_selector("body[data-looked]")
    review.page.keyboard.press("a")
    review.sees("各账户金额已原路退回")
    case.refresh_from_db()
    assert (case.state, case.reviewed_by) == ("approved", reviewer)
    assert PersonalAccount.objects.get().current_year == 1000
