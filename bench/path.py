"""The whole path, durable: received, screened by 1 000 rules, near-duplicates, events, labels, ledger, committed.

Two seeded streams of synthetic posts: 2 % of the posts concern the bureau, as in a real stream, and 50 %. Each
micro-batch of 100 posts is one transaction, from post to event; with `synchronous=FULL` it ends on the disk. A second
process masks and screens the next batch meanwhile (`judging.reading`), where there is a second core. A batch's time
runs from its being read until it is committed. The floor is a bare insert of the same rows into copies of the two
tables with their indexes, in the same run, in batches of the same size. Databases are made for the run and dropped
after it; where PostgreSQL does not answer, its rows have no figure.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import resource
import sys
from collections.abc import Iterator
from contextlib import nullcontext
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
BATCH: Final = 100
WARM: Final = 4  # batches before the measured ones
MIXES: Final = {"2_percent": 0.02, "50_percent": 0.5}
#: Posts a second and seconds of a batch (p99.9) on two cores.
GOALS: Final = {
    "sqlite_2_percent": (4_000.0, 0.050), "sqlite_50_percent": (1_000.0, 0.150),
    "postgresql_2_percent": (1_500.0, None), "postgresql_50_percent": (600.0, None),
}  # fmt: skip
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

    wanted, longest = next(goals for which, goals in GOALS.items() if name.startswith(which))
    if found is None:
        return [row("posts", None, "posts/s", None, wanted, None)]
    rate, floor = found["rate"], found["floor_rate"]
    in_time = None if longest is None else found["p999"] <= longest
    return [
        row("posts", rate, "posts/s", floor, wanted, rate >= wanted),
        row("writer", found["writer"] * 1e6, "us of CPU a post", None, None, None),
        row("reader", found["reader"] * 1e6, "us of CPU a post", None, None, None),
        row("batch_p999", found["p999"], "s", found["floor_batch"], longest, in_time),
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

    from huiying.engine.post import Post, parse_post
    from huiying.judging import engines, reading
    from huiying.judging.models import Event
    from huiying.kernel import home
    from huiying.kernel.processes import settle
    from huiying.ledger.actions import Actor
    from huiying.listening.actions.receiving import Received, receive_chunk

    people()  # somebody is warned of what concerns the bureau
    write_rules(home.home() / "regulation")
    engines.use_in_process()
    given = iter(list(stream(MIXES[mix], POSTS + WARM * BATCH)))
    result = Received("bench")
    begun: list[float] = []
    spent: list[float] = []

    def batches() -> Iterator[list[Post]]:
        while rows := list(islice(given, BATCH)):
            begun.append(perf_counter())
            yield [parse_post(row) for row in rows]

    profile = os.environ.get("HUIYING_BENCH_PROFILE")
    with reading.Reader() if (os.cpu_count() or 1) > 1 else nullcontext(reading.AtOnce()) as reader:
        for number, (chunk, looks) in enumerate(reader.ahead(batches(), list)):
            if number == WARM:  # the rules are compiled, the first pages of the database made
                settle()  # as the loop and the engine's process do
                began, working, reading_before = perf_counter(), process_time(), _spent(reader)
                if profile:
                    import cProfile

                    watch = cProfile.Profile()
                    watch.enable()
            receive_chunk(chunk, result, "import", Actor.SYSTEM, reader, looks)
            spent.append(perf_counter() - begun[number])
        seconds, writer, read = perf_counter() - began, process_time() - working, _spent(reader) - reading_before
    if profile:
        watch.disable()
        watch.dump_stats(profile)
    floor = _floor()
    ordered = sorted(spent[WARM + 1 + reading.AHEAD :])  # without those that were read before the clock began
    return {
        "rate": POSTS / seconds,
        "writer": writer / POSTS,
        "reader": read / POSTS,
        "p999": ordered[min(int(len(ordered) * 0.999), len(ordered) - 1)],
        "longest": ordered[-1],
        "floor_rate": POSTS / sum(floor),
        "floor_batch": sorted(floor)[min(int(len(floor) * 0.999), len(floor) - 1)],
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "events": Event.objects.count(),
    }


def _spent(reader: Any) -> float:
    """Seconds of processor time of the second process so far; 0 where there is none."""
    from huiying.engine.client import spent

    child = getattr(reader, "child", None)
    return spent(child.pid) if child is not None and child.pid else 0.0


def _floor() -> list[float]:
    """Seconds of each batch when the same rows are only inserted into copies of the two tables, one commit a batch."""
    from django.db import connection, transaction

    from huiying.judging.models import Screening
    from huiying.listening.models import Post

    with connection.cursor() as cursor:
        tables = [_copied(cursor, model) for model in (Post, Screening)]
        spent = []
        for start in range(0, POSTS, BATCH):
            started = perf_counter()
            with transaction.atomic():
                for insert, rows in tables:
                    cursor.executemany(insert, rows[start : start + BATCH])
            spent.append(perf_counter() - started)
    return spent


def _copied(cursor: Any, model: Any) -> tuple[str, list[Any]]:
    """An empty copy of a model's table with its indexes: the statement that fills it, and the rows of the run."""
    from django.db import connection

    table, columns = model._meta.db_table, [field.column for field in model._meta.concrete_fields]
    if connection.vendor == "postgresql":
        cursor.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
    else:
        cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = %s AND type IN ('table', 'index')", [table])
        for (made,) in cursor.fetchall():
            if made:  # the copy has no foreign keys to check, as nothing points at it
                cursor.execute(re.sub(r'(CREATE (?:UNIQUE )?(?:TABLE|INDEX) |ON )"', r'\1"floor_', made, count=2))
    is_json = {field.column for field in model._meta.concrete_fields if field.get_internal_type() == "JSONField"}
    text = is_json if connection.vendor == "postgresql" else set()
    shown = ", ".join(f'"{name}"::text' if name in text else f'"{name}"' for name in columns)
    cursor.execute(f"SELECT {shown} FROM {table} ORDER BY id LIMIT {POSTS}")
    names, places = ", ".join(f'"{name}"' for name in columns), ", ".join(["%s"] * len(columns))
    return f"INSERT INTO floor_{table} ({names}) VALUES ({places})", cursor.fetchall()


if __name__ == "__main__":
    from _homes import opened

    opened()
    print(json.dumps(measure(sys.argv[1])))
