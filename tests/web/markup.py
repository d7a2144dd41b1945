"""Reads HTML as a person and as a program would."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """Collects what a person can read, and every element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())

    def all(self, css_class: str) -> list[dict[str, str | None]]:
        return [found for _, found in self.elements if css_class in (found.get("class") or "").split()]
