"""Options of a command from the fields of a frozen dataclass, and their help from its docstring."""

import argparse
import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

Config = TypeVar("Config")

PASSED_ON: dict[Any, Any] = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""Settings of a command that hands all its arguments, ``--help`` too, to `read_options` once it runs."""

_ENTRY = re.compile(r"^(?P<names>\w+(?:, \w+)*)(?: : [^\n]*)?\n(?P<text>(?:    [^\n]*\n?)*)", re.MULTILINE)


def read_options(
    kind: type[Config],
    arguments: Sequence[str],
    *,
    program: str,
    about: str,
    besides: Mapping[str, tuple[type[bool] | type[Path] | type[str], str]] | None = None,
) -> tuple[Config, dict[str, Any]]:
    """Build a configuration from command-line arguments.

    Each field ``some_name`` is the option ``--some-name``; a field that is a dataclass gives its fields with its name
    before them (``--network-width``); a tuple takes several values; a field without a default is required.

    Parameters
    ----------
    kind : type
        A dataclass.
    arguments : sequence of str
        The arguments after the command's name.
    program, about : str
        The command's name and one sentence, for its help.
    besides : mapping of str to (type, help), optional
        Further options that are no part of the configuration; False or None where they are not given.

    Returns
    -------
    configuration, besides
        An instance of `kind`, and the values of the further options by name.

    Raises
    ------
    SystemExit
        After printing help, or a message about a wrong argument (status 2).
    """
    parser = argparse.ArgumentParser(prog=program, description=about, allow_abbrev=False)
    further = dict(besides or {})
    for name, (reader, text) in further.items():
        if reader is bool:
            parser.add_argument(f"--{name}", action="store_true", help=text)
        else:
            parser.add_argument(f"--{name}", type=reader, metavar=reader.__name__.upper(), help=text)
    _add_fields(parser, kind, prefix="")
    values = vars(parser.parse_args(list(arguments)))
    return _build(kind, values, prefix=""), {name: values[name] for name in further}


def _add_fields(parser: argparse.ArgumentParser, kind: type[Any], *, prefix: str) -> None:
    texts = _explanations(kind)
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        hint = hints[field.name]
        name = prefix + field.name
        if dataclasses.is_dataclass(hint):
            _add_fields(parser, typing.cast("type[Any]", hint), prefix=f"{name}_")
            continue
        default = _default(field)
        required = default is dataclasses.MISSING
        text = texts.get(field.name, "")
        shown = "required" if required else f"default: {_written(default)}"
        parser.add_argument(
            "--" + name.replace("_", "-"),
            dest=name,
            required=required,
            default=None if required else default,
            help=f"{text} ({shown})".strip().replace("%", "%%"),
            **_reading(hint),
        )


def _reading(hint: object) -> dict[str, Any]:
    """Tell argparse how to read a value of this type."""
    if hint is bool:
        return {"action": argparse.BooleanOptionalAction}
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        return {**_reading(arguments[0]), "nargs": "+", "metavar": "VALUE"}
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        hint = next(option for option in arguments if option is not type(None))
    if typing.get_origin(hint) is typing.Literal:
        return {"choices": typing.get_args(hint)}
    reader: Any = hint if callable(hint) else str
    return {"type": reader, "metavar": getattr(reader, "__name__", "value").upper()}


def _build(kind: type[Config], values: dict[str, Any], *, prefix: str) -> Config:
    hints = typing.get_type_hints(kind)
    chosen: dict[str, Any] = {}
    for field in dataclasses.fields(typing.cast("type[Any]", kind)):
        name = prefix + field.name
        if dataclasses.is_dataclass(hints[field.name]):
            chosen[field.name] = _build(hints[field.name], values, prefix=f"{name}_")
        else:
            value = values[name]
            chosen[field.name] = tuple(value) if isinstance(value, list) else value
    return kind(**chosen)


def _default(field: "dataclasses.Field[Any]") -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(str(entry) for entry in value) or "none"
    return str(value)


def _explanations(kind: type[Any]) -> dict[str, str]:
    """Field name -> its text in the numpydoc ``Parameters`` section."""
    docstring = inspect.getdoc(kind) or ""
    _, _, section = docstring.partition("Parameters\n----------\n")
    texts: dict[str, str] = {}
    for entry in _ENTRY.finditer(section.split("\n\n")[0] + "\n"):
        text = " ".join(entry["text"].split())
        for name in entry["names"].split(", "):
            texts[name] = text
    return texts
