"""What a form sent, as pages read it."""

import unicodedata
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile


@dataclass(frozen=True, slots=True)
class Sent:
    """The fields of a form; one that is missing is empty."""

    data: FormData

    def text(self, name: str) -> str:
        """Give a field, perhaps of several lines, without characters that steer a terminal."""
        value = self.data.get(name, "")
        return _plain(value) if isinstance(value, str) else ""

    def line(self, name: str) -> str:
        """Give a field of one line, without blanks around it or doubled within."""
        return " ".join(self.text(name).split())

    def several(self, name: str) -> tuple[str, ...]:
        """Give every value of a field that may come more than once."""
        return tuple(_plain(value) for value in self.data.getlist(name) if isinstance(value, str))

    def content(self, name: str) -> bytes:
        """Give what is in a file; empty where none was chosen."""
        value = self.data.get(name)
        return value.file.read() if isinstance(value, UploadFile) else b""


async def _sent(request: Request) -> AsyncGenerator[Sent]:
    async with request.form() as form:
        yield Sent(form)


SentForm = Annotated[Sent, Depends(_sent)]


def _plain(text: str) -> str:
    tidy = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in tidy if letter in "\n\t" or unicodedata.category(letter) != "Cc")
