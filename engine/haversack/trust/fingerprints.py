"""Fingerprints as digits, as words for the telephone, and as a QR code for a camera."""

from __future__ import annotations

import re

from haversack.base.digests import is_sha256
from haversack.base.errors import UsageError

_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aiou"
_WORD = re.compile(f"[{_CONSONANTS}][{_VOWELS}][{_CONSONANTS}][{_VOWELS}][{_CONSONANTS}]")
WORDS = 16


def as_words(fingerprint: str) -> str:
    """Give the whole fingerprint as 16 proquints of 16 bits each (arXiv 0901.4016).

    Args:
        fingerprint: 64 lowercase hexadecimal digits.
    """
    raw = bytes.fromhex(fingerprint)
    return " ".join(_word(raw[at] << 8 | raw[at + 1]) for at in range(0, len(raw), 2))


def as_qr(fingerprint: str) -> tuple[tuple[bool, ...], ...]:
    """Give the whole fingerprint as a QR code, which reads as its digits in capitals.

    Args:
        fingerprint: 64 lowercase hexadecimal digits.

    Returns:
        Rows of modules from the top, dark ones true, with the quiet zone of four around them.
    """
    import qrcode  # takes a moment, and most commands show no code

    code = qrcode.QRCode(border=4)
    code.add_data(fingerprint.upper())
    code.make(fit=True)
    return tuple(map(tuple, code.get_matrix()))


def parse_fingerprint(text: str) -> str:
    """Read a fingerprint that a person typed, in digits or in words, all of it.

    Raises:
        UsageError: It is neither 64 hexadecimal digits nor 16 words.
    """
    digits = re.sub(r"[\s:-]", "", text).lower()
    if is_sha256(digits):
        return digits
    words = re.split(r"[\s-]+", text.strip().lower())
    if len(words) != WORDS or not all(_WORD.fullmatch(word) for word in words):
        raise UsageError(
            "that is not a whole fingerprint",
            f"Give all 64 hexadecimal digits or all {WORDS} words, as the publisher says.",
        )
    return b"".join(_value(word).to_bytes(2, "big") for word in words).hex()


def _word(value: int) -> str:
    return (
        _CONSONANTS[value >> 12]
        + _VOWELS[value >> 10 & 3]
        + _CONSONANTS[value >> 6 & 15]
        + _VOWELS[value >> 4 & 3]
        + _CONSONANTS[value & 15]
    )


def _value(word: str) -> int:
    first, second = _CONSONANTS.index(word[0]), _VOWELS.index(word[1])
    third, fourth = _CONSONANTS.index(word[2]), _VOWELS.index(word[3])
    return first << 12 | second << 10 | third << 6 | fourth << 4 | _CONSONANTS.index(word[4])
