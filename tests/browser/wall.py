"""The wall's script on an empty page, fed by hand: what it does does not depend on a server."""

from playwright.sync_api import Browser, Page

from views.wall.show import script

FAST = {"refresh": 0.4, "turn": 0.5, "resume": 1.5, "stale_after": 2}


def wall_page(browser: Browser, width: int, height: int = 1080) -> Page:
    """An empty page of this size with the script."""
    page = browser.new_page(viewport={"width": width, "height": height}, locale="zh-CN")
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("dialog", lambda dialog: (page.faults.append(dialog.message), dialog.dismiss()))
    page.set_content("<body></body>")
    page.add_script_tag(content=script().replace("export default function", "window.mount = function"))
    page.evaluate("window.asked = []")
    return page


def feed(page: Page, data: dict) -> None:
    """As the server does at a refresh."""
    page.evaluate("data => mount({data, setStateValue: (name, value) => asked.push([name, value])})", data)
