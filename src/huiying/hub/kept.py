"""Nothing is kept of batches on their way: what comes out of them is posts, and those are (`listening/kept.py`)."""

from __future__ import annotations

from huiying.hub.models import Batch
from huiying.ledger.kept import leave

leave(Batch, "在路上的批次，加封，送到三天后删去；收下的来文另受核对")
