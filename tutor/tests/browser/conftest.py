"""A real browser on a real site. Every page that a test opens is watched: a script error or a refused resource fails it."""

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from tutor.tests.browser.site import Site
from tutor.tests.stack import Stack

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATIENCE = 20_000  # ms: a browser, a web process and a test share whatever machine this is
# What tests cause on purpose; htmx reports a poll that met a killed server, and a browser on a busy machine a font that it drew late.
LOST = (
    "WebSocket connection to",
    "net::ERR_CONNECTION_REFUSED",
    "net::ERR_CONNECTION_RESET",  # a request that was under way when its server was killed
    "net::ERR_INTERNET_DISCONNECTED",
    "htmx:sendError",
    "htmx:afterRequest",
)
LOST += ("was preloaded using link preload but not used",)
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="package")
def site():
    with Site().running() as site:
        yield site


@pytest.fixture(scope="package")
def whole():
    """A whole Lemma over a recorded engine. DEBUG serves the static files where they lie, so that nothing has to be collected."""
    stack = Stack("embedded", rate=40, extra={"DEBUG": "1", "KEY_SAMPLES": "2"})
    try:
        stack.start()
        yield stack
    finally:
        stack.close()


@pytest.fixture(scope="package")
def chromium():
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("No Chromium is installed; the tests' set-up installs it (make setup-test).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """A person with a browser window of their own."""

    def __init__(self, url, chromium, *, name="", cookie="", **options):
        self.url, self.name = url, name
        self.troubles = []
        options = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}} | options
        self.context = chromium.new_context(base_url=url, **options)
        self.context.set_default_timeout(PATIENCE)
        if cookie:
            self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])

    def open(self, path="/"):
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("console", lambda message: self._heard(message))
        page.on("request", lambda request: self._asked(request.url))
        page.goto(path)
        return page

    def _heard(self, message):
        if message.type in ("error", "warning") and not any(lost in message.text for lost in LOST):
            self.troubles.append(f"{message.type}: {message.text} {message.location}")

    def _asked(self, url):
        if not url.startswith((self.url, "data:", "blob:")):
            self.troubles.append(f"asked another host: {url}")


@pytest.fixture
def visit(site, chromium):
    """visit(name) or visit(None) for somebody who is not logged in; with Playwright's context options."""
    visitors = []

    def visitor(name="", role="student", **options):
        if name == "":
            name = f"{role}{next(site.names)}"
        cookie = site.do("person", name=name, role=role)["cookie"] if name else ""
        visitors.append(Visitor(site.url, chromium, name=name, cookie=cookie, **options))
        return visitors[-1]

    yield visitor
    for each in visitors:
        each.context.close()
    assert [trouble for each in visitors for trouble in each.troubles] == []


@pytest.fixture
def student(visit):
    return visit()


@pytest.fixture
def asked(site, student):
    """A student's page with one question that has just been asked: (page, turn)."""
    made = site.do("conversation", name=student.name, questions=["Solve $x^2 = 4$."])
    return student.open(f"/c/{made['conversation']}/"), made["turns"][0]
