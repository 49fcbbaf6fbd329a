"""An administrator's way in a real browser: start a run, watch it live, see what its model fixed and broke, promote, take back."""

import re

from playwright.sync_api import expect

from tutor.tests.browser.test_pages import findings

BEFORE = {"a": True, "b": True, "c": False, "d": False}
AFTER = {"a": True, "b": False, "c": True, "d": True}


def test_from_a_recipe_to_a_promoted_model_and_back(site, visit):
    admin = visit(role="admin")
    page = admin.open("/training/")
    page.get_by_label("Recipe").select_option("cpu-demo")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#state")).to_have_text("Queued")
    run = re.search(r"runs/([0-9a-f-]{36})/", page.url)[1]

    page.get_by_text("What the stage says").click()
    site.do("advance", run=run, stage="sft", done=4, total=10, losses=[2.0, 1.5, 1.2, 1.0], log="step 4")
    expect(page.locator("#state")).to_have_text("Running")
    stage = page.locator(".stage-running")
    expect(stage).to_contain_text("4/10 · about 42 s left")
    expect(page.get_by_role("img", name=re.compile("^Loss"))).to_be_visible()
    expect(page.locator("pre.log")).to_have_text("step 4")
    site.do("advance", run=run, stage="sft", done=5, total=10, losses=[2.0, 1.5, 1.2, 1.0, 0.9], log="step 5")
    expect(stage).to_contain_text("5/10")
    expect(page.locator("pre.log")).to_have_text("step 5")
    expect(page.locator("#announcer")).to_contain_text("Running")
    assert findings(page) == []

    site.do("end", run=run, before=BEFORE, after=AFTER)
    expect(page.locator("#state")).to_have_text("Done")
    page.get_by_role("link", name=f"new-{run}").click()
    expect(page.get_by_text("fixed 2, broke 1")).to_be_visible()
    page.get_by_text("1 problem that it broke").click()
    expect(page.get_by_text("Question b?")).to_be_visible()
    assert findings(page) == []
    page.get_by_label("Why").fill("two more")
    page.locator("form", has=page.get_by_label("Why")).evaluate("form => (form.dataset.ask = 'Sure?')")  # as for a model that is worse
    page.get_by_role("button", name="Promote").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Promote").click()
    page.get_by_role("dialog").get_by_role("button", name="Go on").click()
    expect(page.get_by_text("The workers load this model")).to_be_visible()
    assert site.do("chosen") == f"new-{run}"
    expect(page.get_by_text("two more")).to_be_visible()
    page.get_by_role("button", name="Roll back").click()
    page.get_by_role("dialog").get_by_role("button", name="Go on").click()
    expect(page.get_by_text("The workers load the model before")).to_be_visible()
    assert site.do("chosen") == ""


def test_a_run_that_waits_is_stopped(site, visit):
    page = visit(role="admin").open("/training/")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#state")).to_have_text("Stopped")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#state")).to_have_text("Queued")


def admins_pages(made):
    lists = [f"/training/{name}" for name in ("", "models/", "evaluations/", "data/")]
    kinds = {"runs": "run", "models": "model", "data": "dataset", "evaluations": "evaluation"}
    each = [f"/training/{where}/{made[kind]}/" for where, kind in kinds.items()]
    return [*lists, *each, f"/training/compare/?a={made['run']}&b={made['other']}"]


def test_no_serious_accessibility_findings(site, visit):
    admin = visit(role="admin", color_scheme="dark", reduced_motion="reduce", locale="zh-CN")
    made = site.do("full", by=admin.name)
    assert [(path, found) for path in admins_pages(made) if (found := findings(admin.open(path)))] == []
