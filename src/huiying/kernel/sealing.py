"""Sealing of personal data at rest: AES-256-GCM, the purpose bound to the token, the key outside the
database (S14).

A token is `HY1` ‖ key id (8) ‖ nonce (12) ‖ ciphertext. A token sealed for one purpose does not open for
another, so an asker's telephone cannot be read through the code that opens evidence.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huiying.kernel import keyfiles

MAGIC = b"HY1"
_NONCE_BYTES = 12
_HEAD = len(MAGIC) + keyfiles.ID_BYTES + _NONCE_BYTES
_KEY_NAME = "sealing"


class SealingError(Exception):
    """A sealed value cannot be opened; the message says why."""


def seal(plain: str | bytes, purpose: str) -> bytes:
    """Seal `plain` for `purpose`. Raises KeyFileError when the key in use was lost."""
    key = keyfiles.load(_KEY_NAME)
    nonce = os.urandom(_NONCE_BYTES)
    data = plain.encode() if isinstance(plain, str) else plain
    return MAGIC + keyfiles.key_id(key) + nonce + AESGCM(key).encrypt(nonce, data, purpose.encode())


def unseal(token: bytes | memoryview, purpose: str) -> bytes:
    """Open what `seal` closed. Raises SealingError (other key, other purpose, damaged) or KeyFileError."""
    token = bytes(token)
    if len(token) < _HEAD or not token.startswith(MAGIC):
        raise SealingError("不是封存数据：开头标记不符或内容过短")
    key = keyfiles.load(_KEY_NAME)
    if token[len(MAGIC) : len(MAGIC) + keyfiles.ID_BYTES] != keyfiles.key_id(key):
        raise SealingError("这份数据是用另一把密钥封存的；请从备份恢复当时的密钥文件 keys/sealing.key")
    nonce = token[_HEAD - _NONCE_BYTES : _HEAD]
    try:
        return AESGCM(key).decrypt(nonce, token[_HEAD:], purpose.encode())
    except InvalidTag:
        raise SealingError(f"封存数据打不开：用途不是“{purpose}”，或内容已被改动") from None


def new_key() -> bytes:
    """A fresh 32-byte key, e.g. one for each event's voice tags; it dies with the event (INV-10)."""
    return os.urandom(keyfiles.KEY_BYTES)


def keyed_tag(key: bytes, value: str) -> str:
    """HMAC-SHA256 of `value` in hex: counts distinct voices inside one event and means nothing outside
    (INV-10).
    """
    if len(key) < keyfiles.KEY_BYTES:
        raise ValueError(f"键长 {len(key)} 字节，不足 {keyfiles.KEY_BYTES} 字节")
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
