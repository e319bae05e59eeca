"""`drill run NAME`: a drill with its review （九）. Breaches in the review exit 0: a drill is there to show them."""

from __future__ import annotations

import argparse
from typing import Any

from huiying.cli.main import DONE, USAGE, complain, say, text

STEPS = (
    ("opened_at", "立案"),
    ("decided_at", "定级"),
    ("routed_at", "转办"),
    ("accepted_at", "签收"),
    ("found_at", "查明"),
    ("answered_at", "回应"),
)
VERDICTS = {
    "on_time": "按时回应",
    "late": "迟了",
    "overdue": "过了时限还没有回应",
    "running": "演练结束时还在时限内",
    "declined": "决定不回应",
}


def run(options: argparse.Namespace) -> int:
    from huiying.drill import recording, running
    from huiying.drill.recording import STORMS
    from huiying.drill.running import FASTEST, SLOWEST

    storm = STORMS.get(options.name)
    rows: list[dict[str, Any]] = []
    if storm is None:
        try:
            storm, rows = recording.recorded(options.name)
        except recording.NotRecorded as missing:
            here = sorted(path.stem for path in recording.folder().glob("*.jsonl"))
            complain(f"{missing}现有：{'、'.join([*STORMS, *here])}。")
            return USAGE
    if not SLOWEST <= options.speed <= FASTEST:
        complain(f"--speed {options.speed:g} 不能用：应为 {SLOWEST:.0f} 到 {FASTEST:.0f}，例如 600（快六百倍）。")
        return USAGE
    roles = [role.strip() for role in options.people.split(",") if role.strip()]
    if (why := _unknown(roles)) is not None:
        complain(why)
        return USAGE
    if rows and not roles:
        complain("自己记录的风波没有脚本里的同事，至少要有一个岗位由真人上演，例如 --people duty_officer。")
        return USAGE
    place = _place(options) if roles else None
    if roles and place is None:
        return USAGE
    running.settle_in(running.home_of(storm.name))
    from huiying.cli.ready import ready

    ready()
    if rows:
        running.bring(rows)
    if place is None:
        result = running.play(storm, options.speed)
    else:
        from huiying.cli.serving import serve

        result = running.play_with_people(storm, options.speed, roles, lambda: serve(*place))
    say(result) if options.json else _print(result)
    return DONE


def record(options: argparse.Namespace) -> int:
    """A past event of one's own becomes a storm that can be drilled."""
    from huiying.cli.ready import ready
    from huiying.drill import recording

    ready()
    try:
        path, posts = recording.record(options.number, options.name)
    except recording.NotRecorded as why:
        complain(str(why))
        return USAGE
    if options.json:
        say({"file": str(path), "posts": posts})
    else:
        text(f"记下了 {posts} 条帖子：{path}。演练：huiying drill run {options.name} --people duty_officer")
    return DONE


def _unknown(roles: list[str]) -> str | None:
    from huiying.demo.staff import PEOPLE

    known = list(dict.fromkeys(person.role for person in PEOPLE))
    if wrong := [role for role in roles if role not in known]:
        return f"--people 里没有“{wrong[0]}”这个岗位。可选：{'、'.join(known)}。"
    return None


def _place(options: argparse.Namespace) -> tuple[str, int] | None:
    """Where people reach the drill; None, said why, where that can not be."""
    from huiying.cli.serving import free_port
    from huiying.demo.guard import refuse_unless_safe

    if (why := refuse_unless_safe(options.host)) is not None:
        complain(why)
        return None
    return options.host, free_port(options)


def _print(result: dict[str, Any]) -> None:
    text(f"演练“{result['title']}”结束，演练时间 {result['hours']:g} 小时，数据在 {result['home']}。")
    text(
        f"事件 {result['events']} 个，预警 {result['warnings']} 次（签收 {result['warnings_signed']} 次），"
        f"立案 {result['cases']} 件：按时回应 {result['on_time']} 件，迟 {result['late']} 件，"
        f"过时限未回应 {result['overdue']} 件，还在时限内 {result['running']} 件；"
        f"各项时限超时 {result['breaches']} 次。"
    )
    for case in result["by_case"]:
        taken = "，".join(f"{name} {case['minutes'][step]} 分钟" for step, name in STEPS if step in case["minutes"])
        text(f"  {case['number']}　{VERDICTS[case['verdict']]}　知悉后 {taken}")
        for breach in case["breaches"]:
            text(f"    超时：{breach['act']}，应在 {breach['due_at']} 前")
