"""Forty hostile files in a real browser: opened by their addresses, and used by a page of the server's own
origin that has no policy to protect it. Nothing in them runs, looks at the page, or asks others."""

import asyncio
import base64
import json
import shutil

import pytest

from harness import files, hostile, people
from harness.foreign import Chromium
from harness.http_session import HttpSession

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")

# Uses every address as a picture, a script, a style, an object and a frame, until each of the first three has been
# loaded or refused and the frames of those that are shown have left the empty page.
USE = """
(async () => {
  const files = %s;
  const use = (name, attribute, url) => {
    const element = document.createElement(name);
    if (name === 'link') element.rel = 'stylesheet';
    const settled = new Promise((done) => { element.onload = element.onerror = done; });
    element[attribute] = url;
    document.body.append(element);
    return { element, settled };
  };
  const empty = (frame) => {
    try { return frame.contentDocument?.URL === 'about:blank'; } catch { return false; }
  };
  const readable = (frame) => {
    try { return frame.contentDocument !== null && !empty(frame); } catch { return false; }
  };
  const frames = [];
  await Promise.all(files.map(([url, shown]) => {
    use('object', 'data', url);
    const { element } = use('iframe', 'src', url);
    frames.push({ element, shown });
    return Promise.all([use('img', 'src', url), use('script', 'src', url), use('link', 'href', url)].map(({ settled }) => settled));
  }));
  while (frames.some(({ element, shown }) => shown && empty(element))) await new Promise((done) => setTimeout(done, 20));
  return {
    stolen: typeof window.stolen, calls: window.calls,
    read: frames.filter(({ element }) => readable(element)).map(({ element }) => element.src),
    styled: getComputedStyle(document.body).backgroundImage,
  };
})()
"""
HOST = """<!doctype html><body><script>
window.calls = [];
for (const name of ['alert', 'prompt', 'confirm']) window[name] = (...said) => window.calls.push([name, ...said]);
</script></body>"""


@pytest.fixture(scope="module")
def server(house, certificate):
    return house.chatd(redis=house.redis(), certificate=certificate, workers=2)


@pytest.fixture(scope="module")
def session(server):
    session = HttpSession(server)
    assert session.login(people.new_name("victim"), people.PASSWORD)[0] == 200
    return session


@pytest.fixture(scope="module")
def uploaded(server, session):
    """{what it is: (address, whether it is shown in place)} of the files that are taken; of the others there is
    nothing to open."""
    victim = files.Visitor(server, session.token)
    taken = {}
    for what, name, content in hostile.FILES:
        metadata = "filename " + base64.b64encode(name.encode()).decode()
        response, data = victim.tus("POST", "/files/", content, upload_length=len(content), upload_metadata=metadata)
        if response.status == 201:
            path = response.getheader("Location")
            shown = victim.fetch(path)[0].getheader("Content-Disposition").startswith("inline")
            taken[what] = (server.http(path), shown)
        else:
            assert (response.status, files.code_of(data)) == (415, "bad_picture"), what
    assert len(hostile.FILES) >= 40 and len(taken) >= 30
    return taken


async def victims_browser(browser, server, session):
    """Logged in, and told to save nothing."""
    name, value = session.cookie.split("=", 1)
    await browser.call("Network.enable")
    await browser.call("Page.enable")
    await browser.call("Network.setCookie", name=name, value=value, url=server.http("/"), path="/", secure=True,
                       httpOnly=True)
    await browser.call("Page.setDownloadBehavior", behavior="deny")


async def visit(browser, url):
    """Goes there; what the browser says of it."""
    outcome = await browser.call("Page.navigate", url=url)
    await holds(browser, "document.readyState === 'complete'")
    return outcome


async def holds(browser, condition):
    for _ in range(3000):
        if await browser.evaluate(condition):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never: {condition}")


def harm(browser, server):
    """What the browser told of: dialogs, and requests to others than the server."""
    harm = [event["params"] for event in browser.events if event["method"] == "Page.javascriptDialogOpening"]
    asked = [event["params"]["request"]["url"] for event in browser.events
             if event["method"] == "Network.requestWillBeSent"]
    return harm + [url for url in asked if not url.startswith((server.http("/"), "about:", "data:", "blob:"))]


async def test_opened_by_their_addresses(server, session, uploaded):
    async with Chromium() as browser:
        await victims_browser(browser, server, session)
        start = server.http("/start.html")
        await browser.give_pages({start: HOST})
        await visit(browser, start)
        for what, (url, shown) in uploaded.items():
            outcome = await visit(browser, url)
            assert ("errorText" not in outcome) == shown, (what, outcome)
            seen = await browser.evaluate("[typeof window.stolen, document.contentType, document.URL]")
            assert seen[0] == "undefined", what
            assert seen[1].split("/")[0] in ("image", "audio", "video") if shown else seen[1:] == ["text/html", start], what
            if shown:
                assert await browser.evaluate("origin") == "null", what
                await visit(browser, start)
        assert harm(browser, server) == []


async def test_used_by_a_page_without_a_policy(server, session, uploaded):
    async with Chromium() as browser:
        await victims_browser(browser, server, session)
        start, control = server.http("/start.html"), server.http("/control.html")
        await browser.give_pages({start: HOST, control: hostile.PAGE.decode()})
        await visit(browser, start)
        seen = await browser.evaluate(USE % json.dumps([[control, True]]))
        assert seen["read"] == [control], "what runs is noticed"
        await holds(browser, "typeof window.stolen === 'string'")
        await visit(browser, start)
        seen = await browser.evaluate(USE % json.dumps(list(uploaded.values())))
        assert seen == {"stolen": "undefined", "calls": [], "read": [], "styled": "none"}
        assert harm(browser, server) == []
