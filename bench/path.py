"""The whole path, durable: received, screened by 1 000 rules, near-duplicates, events, labels, ledger, committed.

Two seeded streams of synthetic posts: 2 % of the posts concern the bureau, as in a real stream, and 50 %. Each
micro-batch of 50 posts is two transactions, as in the loop: received, then judged; with `synchronous=FULL` each ends
on the disk. The floor is a bare insert of the same rows in the same run, in batches of the same size. Databases are
made for the run and dropped after it; where PostgreSQL does not answer, its rows have no figure.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import resource
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent))
from _homes import measured

RULES: Final = 1_000
POSTS: Final = int(os.environ.get("HUIYING_BENCH_POSTS", "0")) or (
    200_000 if os.environ.get("HUIYING_BENCH_FULL") else 4_000
)
BATCH: Final = 50
MIXES: Final = {"2_percent": 0.02, "50_percent": 0.5}
GOAL_RATE: Final = 6_000.0
GOAL_BATCH: Final = 0.050
GOAL_RSS: Final = 1_000_000_000
BEGIN: Final = dt.datetime(2026, 9, 14, 0, 0, tzinfo=dt.UTC)
_SEED: Final = 20160908

# fmt: off
_WHEN = ("今天早上", "昨晚下班", "周末", "刚才", "中午", "上周三", "放学以后", "凌晨两点", "雨停之后")
_WHO = ("我妈", "同事小组", "隔壁班", "楼下早餐店", "我们宿舍", "邻居一家", "健身房教练", "快递员", "班主任", "老同学")
_DID = ("做了一锅", "买了一箱", "送来一袋", "拍了一组", "聊起", "路过看到", "收拾出", "寄来", "试了试", "翻出")
_WHAT = ("红烧排骨", "草莓蛋糕", "旧照片", "羽毛球拍", "绿萝", "毛线帽", "电影票根", "二胡", "跑步鞋", "明信片",
         "热干面", "雪糕", "拼图", "望远镜", "多肉", "围巾", "吉他谱", "咖啡豆", "风筝", "日历")
_SAID = ("味道真不错", "颜色特别好看", "孩子高兴坏了", "心情一下就好了", "明年还想再来", "有点舍不得",
         "大家笑了半天", "完全停不下来", "值得推荐给朋友", "总算圆满了")
_SITE = ("中学操场", "医院核磁", "城东污水厂", "社区养老楼", "供热管网", "公交站台", "图书馆空调", "河道清淤",
         "环卫车", "体育馆地板", "校服", "电梯改造", "路灯", "课桌椅", "实验仪器", "消防泵", "档案柜", "垃圾站", "机房")
_MATTER = ("保证金拖了{n}天还不退，打电话没人接", "评标第{n}页打分有猫腻，怀疑围标",
           "中标价比邻市贵了{n}万，差价去哪了", "交易系统第{n}次登录不上，开标怎么办",
           "标书里第{n}条指定品牌，量身定做", "投诉{n}天了没人回复，互相推诿")
# fmt: on
_LETTERS: Final = tuple(chr(code) for code in range(0x4E00, 0x4E00 + 2_500))


def run() -> Iterator[dict[str, Any]]:
    """For each database and mix: posts/s with the bare-insert floor, p99.9 and longest batch, resident memory."""
    for kind in ("sqlite", "postgresql"):
        for mix in MIXES:
            yield from _rows(f"{kind}_{mix}_{POSTS}", measured(kind, __file__, mix))


def _rows(name: str, found: dict[str, float] | None) -> list[dict[str, Any]]:
    def row(what: str, figure: float | None, unit: str, floor: float | None, goal: float | None, met: bool | None):  # noqa: ANN202
        ratio = round(figure / floor, 4) if figure and floor else None
        shown = round(figure, 4) if figure is not None else None
        return {
            "name": f"path_{what}_{name}", "figure": shown, "unit": unit,
            "peer_or_floor": round(floor, 4) if floor else None, "ratio": ratio, "goal": goal, "met": met,
        }  # fmt: skip

    if found is None:
        return [row("posts", None, "posts/s", None, GOAL_RATE, None)]
    rate, floor = found["rate"], found["floor_rate"]
    return [
        row("posts", rate, "posts/s", floor, GOAL_RATE, rate >= GOAL_RATE),
        row("posts_cpu", found["cpu_rate"], "posts/CPU-s", None, GOAL_RATE, found["cpu_rate"] >= GOAL_RATE),
        row("batch_p999", found["p999"], "s", found["floor_batch"], GOAL_BATCH, found["p999"] <= GOAL_BATCH),
        row("batch_max", found["longest"], "s", found["floor_batch"], None, None),
        row("rss", found["rss"], "bytes", None, GOAL_RSS, found["rss"] <= GOAL_RSS),
        row("events", found["events"], "events", None, None, None),
    ]


def stream(share: float, count: int, seed: int = _SEED) -> Iterator[dict[str, Any]]:
    """`count` posts a tenth of a second apart; `share` of them concern the bureau, about many different matters."""
    draw = random.Random(seed)
    for number in range(count):
        hit = draw.random() < share
        text = _concerning(draw) if hit else _chatter(draw)
        yield {
            "native_id": f"p{number}", "platform": draw.choice(("微博", "论坛", "贴吧", "抖音")), "text": text,
            "channel_class": "微博客", "published_at": (BEGIN + dt.timedelta(seconds=number / 10)).isoformat(),
            "metrics": {"reads": draw.randrange(5_000), "reposts": draw.randrange(20)}, "voice": f"v{number % 977}",
        }  # fmt: skip


def _chatter(draw: random.Random) -> str:
    said = (
        f"{draw.choice(_WHEN)}{draw.choice(_WHO)}{draw.choice(_DID)}{draw.choice(_WHAT)}，{draw.choice(_SAID)}"
        for _ in range(4)
    )
    return "。".join(said) + "".join(draw.choices(_LETTERS, k=24))


def _concerning(draw: random.Random) -> str:
    matter = draw.choice(_MATTER).format(n=draw.randrange(2, 900))
    other = "".join(draw.choices(_LETTERS, k=60))  # every matter has words of its own
    return f"鞍山{draw.choice(_SITE)}项目，{matter}。{other}"


def write_rules(folder: Path) -> None:
    """The built-in rules and as many more as make a thousand, as the bureau's own rule file."""
    from importlib import resources

    draw = random.Random(_SEED)
    kept = json.loads((resources.files("huiying.engine") / "data" / "rules.anshan.json").read_text("utf-8"))
    words = ["".join(draw.choices(_LETTERS, k=draw.choice((2, 3, 4)))) for _ in range(6_000)]
    for number in range(RULES - len(kept["rules"])):
        some = draw.sample(words, 6)
        expression = f"({' OR '.join(some[:3])}) AND ({' OR '.join(some[3:5])}) AND NOT {some[5]}"
        rule = {"id": f"B{number}", "group": "基准", "name": "基准", "expression": expression, "sensitivity": 1}
        kept["rules"].append({**rule, "lead": "BGS", "priority": 5})
    folder.mkdir(parents=True, exist_ok=True)
    from huiying.people.queries import regulation_now

    (folder / Path(regulation_now().watch.file).name).write_text(json.dumps(kept, ensure_ascii=False), "utf-8")


def measure(mix: str) -> dict[str, float]:
    """Run one stream through; seconds are of the clock on the wall. Posts are parsed inside the measured part."""
    from _bureau import people

    from huiying.engine.post import parse_post
    from huiying.judging import engines
    from huiying.judging.models import Event
    from huiying.judging.pipeline import judge_pending
    from huiying.kernel import home
    from huiying.kernel.processes import settle
    from huiying.ledger.actions import Actor
    from huiying.listening.actions import receive

    people()  # somebody is warned of what concerns the bureau
    write_rules(home.home() / "regulation")
    engines.use_in_process()
    given = iter(list(stream(MIXES[mix], POSTS + 4 * BATCH)))
    spent: list[float] = []
    worked: list[float] = []

    def turn(rows: Sequence[dict[str, Any]]) -> None:
        started, working = perf_counter(), process_time()
        receive(map(parse_post, rows), how="import", actor=Actor.SYSTEM)
        while judge_pending(BATCH).screened:
            pass
        spent.append(perf_counter() - started)
        worked.append(process_time() - working)

    for _ in range(4):
        turn(list(islice(given, BATCH)))  # the rules are compiled, the first pages of the database made
    settle()  # as the loop and the engine's process do
    spent.clear()
    worked.clear()
    if profile := os.environ.get("HUIYING_BENCH_PROFILE"):
        import cProfile

        watch = cProfile.Profile()
        watch.enable()
    while rows := list(islice(given, BATCH)):
        turn(rows)
    if profile:
        watch.disable()
        watch.dump_stats(profile)
    floor = _floor()
    ordered = sorted(spent)
    return {
        "rate": POSTS / sum(spent),
        "cpu_rate": POSTS / sum(worked),
        "p999": ordered[min(int(len(ordered) * 0.999), len(ordered) - 1)],
        "longest": ordered[-1],
        "floor_rate": POSTS / sum(floor),
        "floor_batch": sorted(floor)[min(int(len(floor) * 0.999), len(floor) - 1)],
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "events": Event.objects.count(),
    }


def _floor() -> list[float]:
    """Seconds of each batch when the same posts are only inserted, in one statement and one commit a batch."""
    from django.db import connection, transaction

    from huiying.listening.models import Post

    columns = [field.column for field in Post._meta.concrete_fields if field.column != "id"]
    names = ", ".join(f'"{name}"' for name in columns)
    text = {"metrics", "extra"} if connection.vendor == "postgresql" else set()
    shown = ", ".join(f'"{name}"::text' if name in text else f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_floor AS SELECT {names} FROM listening_post WHERE 1=0")
        cursor.execute(f"SELECT {shown} FROM listening_post ORDER BY id LIMIT {POSTS}")
        given = cursor.fetchall()
        insert = f"INSERT INTO bench_floor ({names}) VALUES ({', '.join(['%s'] * len(columns))})"
        spent = []
        for start in range(0, len(given), BATCH):
            started = perf_counter()
            with transaction.atomic():
                cursor.executemany(insert, given[start : start + BATCH])
            spent.append(perf_counter() - started)
    return spent


if __name__ == "__main__":
    from _homes import opened

    opened()
    print(json.dumps(measure(sys.argv[1])))
