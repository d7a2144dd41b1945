"""Names for things: ids nobody can guess, and pseudonyms people can remember."""

import secrets

_ADJECTIVES = (
    "Amber Bright Calm Clever Coral Curious Gentle Golden Happy Humble Indigo Jolly Kind Lively Lucky Merry Mighty "
    "Misty Noble Olive Patient Polite Proud Quick Quiet Ruby Silver Smart Snowy Spry Steady Sunny Swift Teal Tidy Warm "
    "Wise"
)
_ANIMALS = (
    "Badger Bear Bee Bison Crane Deer Dolphin Dove Eagle Falcon Finch Fox Gecko Goose Hare Hawk Heron Hornbill Ibis "
    "Jaguar Koala Lark Lemur Lynx Magpie Marten Newt Orca Otter Owl Panda Puffin Raven Robin Seal Sparrow Stork Swan "
    "Tapir Tiger Toucan Turtle Walrus Whale Wren Zebra"
)
_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 8
_NUMBERS = 100


def new_id() -> str:
    """128 random bits in hexadecimal."""
    return secrets.token_hex(16)


def new_token() -> str:
    """128 random bits that fit into a link or a cookie."""
    return secrets.token_urlsafe(16)


def new_code() -> str:
    """A code to read from a blackboard: eight letters and digits, none easily taken for another (39 bits)."""
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))


def read_code(typed: str) -> str:
    """Read a code as it was typed: in any case, with blanks or hyphens between the letters."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def new_pseudonym() -> str:
    """A name such as “Curious Otter 42”, one of 170,000."""
    return f"{secrets.choice(_ADJECTIVES.split())} {secrets.choice(_ANIMALS.split())} {secrets.randbelow(_NUMBERS):02}"
