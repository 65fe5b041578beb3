"""Lists of names as text: UTF-8 with or without its mark, never guessed."""

from __future__ import annotations

from haversack.data.errors import DataError


def text_of(content: bytes, name: str) -> str:
    """Decode a list of names.

    Args:
        content: The file's bytes.
        name: The file's name, for the error.

    Raises:
        DataError: It is no UTF-8: what stands for its other letters would make two names one.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name} is no text in UTF-8: {error}", "Save it as UTF-8.") from error


def lines_of(text: str, name: str) -> list[str]:
    """Give the classes of a list that has one on each line, whose place is its number.

    Args:
        text: The list.
        name: The file's name, for the error.

    Raises:
        DataError: A line before the last class is empty.
    """
    listed = [line.strip() for line in text.rstrip().splitlines()]
    if "" in listed:
        what = f"{name} has no name in line {listed.index('') + 1}"
        raise DataError(what, "Its lines are counted: give each class one.")
    return listed
