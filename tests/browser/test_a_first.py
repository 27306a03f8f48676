from accounts.models import InsuredPerson
def test_x(desk_of, clerk, roster):
    d = desk_of(clerk)
    d.open_counter(InsuredPerson.objects.get(psn_no="42001000000000000"))
    d.page.screenshot(path="/tmp/b1.png", full_page=True)
    d.add_member(1, "421003199211267514", "10", rank="2", limit="2000.00")
    d.page.wait_for_timeout(800)
    d.page.screenshot(path="/tmp/b2.png", full_page=True)
    print(d.verdict.inner_text())
    c = d.save()
    d.page.screenshot(path="/tmp/b3.png", full_page=True)
def test_login(desk_of, clerk):
    d = desk_of(None)
    d.go("/")
    d.page.screenshot(path="/tmp/b0.png", full_page=True)
    d.page.fill("[name=username]", "jingban"); d.page.fill("[name=password]", "a-long-enough-word"); d.page.press("[name=password]", "Enter")
    d.page.wait_for_url("**/counter/")
    d.page.screenshot(path="/tmp/b4.png", full_page=True)
