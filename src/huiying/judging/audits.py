"""What `huiying check` says about matters that nobody has looked at （一）C1.3. Numbers only: some are about a life."""

from __future__ import annotations

from huiying.judging import watchbook
from huiying.judging.queries import missed_topics
from huiying.kernel import clock
from huiying.work.auditor import Finding, auditor


@auditor("missed_topics")
def topics_are_looked_at() -> list[Finding]:
    """C1.3 不缺位: several posts of one matter, past the time to confirm it, with neither a case nor a decision."""
    return [
        Finding(
            "topic.missed",
            "error",
            f"事件 {event.number} 已有 {event.posts_count} 条来文，过了确认时限，既没有立案，也没有不予回应的决定",
            f"Event {event.number}: {event.posts_count} posts, past the time to confirm; neither case nor dismissal.",
        )
        for event in missed_topics(clock.now())
    ]


@auditor("watch_rules")
def own_rules_are_in_force() -> list[Finding]:
    """C5.11: a rule that two persons agreed on and the file in force cannot take hears nothing."""
    return [
        Finding(
            "watch.left_out",
            "error",
            f"本局的监测规则 {rule} 与现行规则文件不合（例如主办部门已不存在），没有生效；请改写后重新提议",
            f"The bureau's watch rule {rule} does not fit the rule file in force and is not applied; rewrite it.",
        )
        for rule in watchbook.left_out()
    ]
