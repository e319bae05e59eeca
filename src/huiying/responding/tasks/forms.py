"""What `huiying check` says of the forms of answer: a conference whose day has passed and nobody says how it went."""

from __future__ import annotations

from huiying.kernel import clock
from huiying.responding.queries_forms import overdue_conferences
from huiying.work.auditor import Finding, auditor


@auditor("conferences")
def conferences_are_told() -> list[Finding]:
    """C8.7: held, put off or cancelled, one of them is to be written down."""
    return [
        Finding(
            "conference.untold",
            "warning",
            f"案件 {row.case.number} 的新闻发布会时间已过一天，还没有登记召开、改期或取消（C8.7）。",
            f"Case {row.case.number}: a press conference was due over a day ago; say whether it was held (C8.7).",
        )
        for row in overdue_conferences(clock.now())
        if row.case is not None
    ]
