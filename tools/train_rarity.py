"""Make `engine/data/rarity.npz`: in how many Chinese posts each hashed gram stands, from files of posts.

    python tools/train_rarity.py FILE… — JSON lines with any of text, title, topic, detail, source, target.

Only rows that three posts or more have in common are kept, as hashes and counts: no text can be read back.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from huiying.engine.duplicates import Scratch, read
from huiying.engine.kernels import features, step
from huiying.engine.texts import text_of

FIELDS = ("title", "topic", "text", "detail", "source", "target")
LEAST = 3
OUTPUT = Path(__file__).resolve().parents[1] / "src" / "huiying" / "engine" / "data" / "rarity.npz"


def main(files: list[str]) -> None:
    rarity, scratch = np.zeros((features.ROWS, 2), np.int32), Scratch()
    seen, texts = np.zeros(features.ROWS, np.int64), 0
    known: set[str] = set()
    for file in files:
        for line in Path(file).read_text("utf-8").split("\n"):
            if not line.strip():
                continue
            row = json.loads(line)
            parts = [row[name] for name in FIELDS if isinstance(row.get(name), str) and row[name].strip()]
            pairs = parts if "source" in row else [" ".join(parts)]
            for text in pairs:
                if text in known:
                    continue
                known.add(text)
                read(text_of("", text), scratch, rarity)
                seen[scratch.arrays[0][: scratch.facts[step.ROWS]]] += 1
                texts += 1
    rows = np.flatnonzero(seen >= LEAST)
    counts = np.minimum(seen[rows], 65_535).astype(np.uint16)
    steps = np.diff(rows, prepend=0).astype(np.uint32)
    np.savez_compressed(OUTPUT, steps=steps, counts=counts, texts=texts)
    print(f"{texts} texts, {len(rows)} rows, {OUTPUT.stat().st_size} bytes")


main(sys.argv[1:])
