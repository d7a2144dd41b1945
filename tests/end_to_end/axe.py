"""What axe-core finds on a page."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_SERIOUS = {"serious", "critical"}


def violations(page: Page) -> Iterator[str]:
    """Name every serious violation, with the elements concerned, once colours have settled."""
    page.wait_for_function("document.getAnimations().every((one) => one.playState === 'finished')")
    for found in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]:
        if found["impact"] in _SERIOUS:
            places = [node["target"][0] for node in found["nodes"][:4]]
            yield f"{found['id']}: {places} {found['nodes'][0].get('failureSummary', '')}"
