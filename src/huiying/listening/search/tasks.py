"""The loop brings the index forward where no process of its own does. Imported once the app is ready."""

from __future__ import annotations

import datetime as dt
from typing import Final

from huiying.kernel import clock
from huiying.listening.search import indexing
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every

A_TURN: Final = 1_000  # the loop has other things to do
TOO_FAR: Final = dt.timedelta(minutes=10)


@every("search.index", 5, transactional=False)
def index_on() -> None:
    """A small step of indexing."""
    indexing.catch_up(A_TURN)


@auditor("search")
def index_follows() -> list[Finding]:
    """The search index lags so far behind that people miss what they look for."""
    lag = indexing.lag()
    if lag.since is None or clock.now() - lag.since <= TOO_FAR:
        return []
    return [
        Finding(
            "search.lag",
            "warning",
            f"查找索引落后 {lag.posts} 条来文；请检查后台循环是否在运行",
            f"The search index is {lag.posts} posts behind; check that the loop runs.",
        )
    ]
