"""Fills an empty HUIYING_HOME with everything the public site can show, for browsers to look at."""

import datetime as dt
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "huiying.settings"

from huiying.cli.ready import ready

ready()

from cast import bureau  # noqa: E402
from huiying.handling.models import Case  # noqa: E402
from huiying.kernel import clock  # noqa: E402
from huiying.listening.actions import receive_message  # noqa: E402
from portal.conftest import Desk  # noqa: E402
from portal.public_world import fill  # noqa: E402

TWELVE_DAYS = dt.timedelta(days=12)

source = clock.FrozenClock(dt.datetime.now(tz=dt.UTC) - TWELVE_DAYS)
with clock.use(source):
    desk = Desk(bureau(password=sys.argv[1]))
    shown = [
        desk.answer(title="交易系统登录故障的说明").case,
        desk.answer(title="开标顺延的安排", question="开标时间怎么算").case,
    ]
    deposit = {"title": "投标保证金五个工作日内退还", "question": "有企业反映保证金退得慢。"}
    first = desk.answer(**deposit)
    desk.answer(first.case, corrects=first, note="“五日”改为“五个工作日”", after=dt.timedelta(hours=8), **deposit)
    Case.objects.update(category="PT")
    receive_message("咨询", "评标专家怎么报名", "")
    source.advance(dt.timedelta(hours=9))
    fill(desk.cast, [case for case in shown if case is not None], source)
