"""Which key a key file holds, by a mark that reveals nothing of it (S14)."""

from __future__ import annotations

from pathlib import Path

from huiying.kernel import home, keyfiles


def names() -> list[str]:
    """The key files that are there."""
    return sorted(path.stem for path in home.keys().glob("*.key"))


def path_of(name: str) -> Path:
    return home.keys() / f"{name}.key"


def mark_of(name: str) -> str:
    """The mark of the key in the file, "" where there is none or it can not be read.

    A key of `keyfiles` is 32 bytes in hex; what is something else (the site's own key) is marked as it stands.
    """
    try:
        text = path_of(name).read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    return keyfiles.key_id(key if len(key) == keyfiles.KEY_BYTES else text.encode()).hex()


def remembered(name: str) -> str:
    """What the marker beside the folder says was in use; "" where there is none."""
    try:
        return (home.home() / f"{name}.keyid").read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def remember(name: str) -> None:
    """Take the key that is there now for the one in use."""
    marker = home.home() / f"{name}.keyid"
    marker.unlink(missing_ok=True)
    home.create_private(marker, mark_of(name).encode() + b"\n")
