"""Fills the components' HTML templates; everything that comes from a person is escaped."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web.catalogue import Catalogue

_WEB = Path(__file__).parents[1]
_FOLDERS = (_WEB / "components", _WEB / "pages")
STYLES = _WEB / "styles"
"""Where the style sheets lie."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDERS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, catalogue: Catalogue, **values: object) -> str:
    """Fill a template; it can call `say(key, **facts)` and `count(key, number)`.

    Parameters
    ----------
    template : str
        File name in `web/components` or `web/pages`.
    catalogue : Catalogue
        Strings of the reader's language.
    values : object
        What else the template names.
    """
    return _environment().get_template(template).render(say=catalogue.say, count=catalogue.count, **values)


def read_style(name: str) -> str:
    """Read a style sheet."""
    return (STYLES / name).read_text(encoding="utf-8")
