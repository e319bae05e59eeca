"""What changed between two texts, by words, for somebody who approves on a phone."""

from __future__ import annotations

from huiying.kernel.wording import Piece, difference

__all__ = ["Piece", "difference"]
