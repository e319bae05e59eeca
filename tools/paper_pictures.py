"""Pictures of documents for docs/documents.md, from a demonstration that has replayed a day.

HUIYING_HOME=/tmp/day HUIYING_DEMO_SPEED=600 .venv/bin/huiying demo    until its pages say 15 September, 9:00
.venv/bin/python tools/paper_pictures.py /tmp/day                      writes docs/images/paper-*.png

The log and the briefing are those that the demonstration issued by itself; a special report and the conformance report
are issued here, as its office would.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
LARGEST = 150_000
CRISP = (92, 80, 70, 60)  # pixels an inch, until the file is small enough


def main(home: Path) -> None:
    os.environ["HUIYING_HOME"] = str(home / "demo")
    from huiying.cli.ready import ready

    ready()
    from huiying.demo.clock import stand_where_it_stands
    from huiying.documents.actions.issuing import issue_conformance, issue_special_report
    from huiying.documents.models import IssuedDocument
    from huiying.handling.models import Case
    from huiying.people.queries import able

    stand_where_it_stands()
    issued = IssuedDocument.objects.order_by("-id")
    cases = Case.objects.filter(event__life_safety=False).order_by("-event__posts_count")
    taken = {
        "log": issued.filter(kind="log").first(),
        "briefing": issued.filter(kind="briefing").first(),
        "report": issued.filter(kind="report").first() or issue_special_report(cases[0], able("office")[0]),
        "conformance": issue_conformance("2026Q3", (able("audit") or able("office"))[0]),
    }
    for name, row in taken.items():
        if row is None:
            raise SystemExit(f"演示还没有演到出“{name}”的时候，请让它再走一会儿。")
        page = _small(row)
        (IMAGES / f"paper-{name}.png").write_bytes(page)
        print(f"{row.number}：paper-{name}.png，{len(page)} 字节")


def _small(row: object) -> bytes:
    from huiying.documents.queries import document_of, stamp_of
    from huiying.paper.pdf import to_pictures

    stamp = stamp_of(row, f"http://127.0.0.1:8000/verify/{row.sha256}/", "演示")  # type: ignore[arg-type, attr-defined]
    for ppi in CRISP:
        page = to_pictures(document_of(row), stamp, ppi)[0]  # type: ignore[arg-type]
        if len(page) <= LARGEST:
            return page
    raise SystemExit(f"图片超过 {LARGEST} 字节。")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
