"""Single-use link tokens and the query codes of the public site. Only hashes are stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

from huiying.kernel import keyfiles

# Without 0/O, 1/I/L and U (read as V): a code is dictated over the telephone.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_token() -> tuple[str, str]:
    """A token for a link (256 bits) and the hash to store."""
    token = secrets.token_urlsafe(32)
    return token, hash_token(token)


def hash_token(token: str) -> str:
    """SHA-256 in hex. A fast hash is right here: the token itself holds 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_matches(token: str, stored_hash: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(hash_token(token), stored_hash)


def new_code(length: int = 8) -> tuple[str, str]:
    """A query code to print on a receipt and its hash."""
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))
    return code, hash_code(code)


def hash_code(code: str) -> str:
    """HMAC under a key outside the database: a code is short, so a stolen table must not allow guessing
    offline.
    """
    return hmac.new(keyfiles.load("codes"), clean_code(code).encode(), hashlib.sha256).hexdigest()


def code_matches(code: str, stored_hash: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(hash_code(code), stored_hash)


def clean_code(code: str) -> str:
    """What a citizen meant: full-width, lower-case, spaced or hyphenated input is the same code."""
    plain = unicodedata.normalize("NFKC", code).upper()
    return "".join(char for char in plain if char.isalnum())
