"""Fills a home with a suspect tray, a drawn sample and a lesson, for the browser test of screening."""

import datetime as dt
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "huiying.settings"

from huiying.cli.ready import ready

ready()

from django.db import transaction  # noqa: E402

from huiying.judging.actions import sampling  # noqa: E402
from huiying.judging.models import SampleDraw, ScreenAdjustment, Screening  # noqa: E402
from huiying.kernel import clock  # noqa: E402
from stream_of import bring  # noqa: E402

UNSURE = ("楼上那科说归楼下管，楼下说归楼上管", "这价要是没人提前知道我把名字倒着写", "打听个事，那边周末到底办不办")
ASIDE = ("今天去公园走走，鸽子真多", "站前那家冷面涨了两块", "暖气还是不热，打了三回电话")

with transaction.atomic():
    for posts, band in ((bring(*UNSURE), Screening.SUSPECT), (bring(*ASIDE, start=10), Screening.OUT)):
        Screening.objects.filter(post__in=posts).update(band=band, cleared="")
    week = sampling.week_before(clock.now())
    start, _end = sampling.bounds(week)
    Screening.objects.filter(band=Screening.OUT).update(screened_at=start + dt.timedelta(days=1))
    assert sampling.draw_week(week) is not None
    assert SampleDraw.objects.get().size == len(ASIDE)
    ScreenAdjustment.objects.create(
        state=ScreenAdjustment.APPLIED,
        weights={"": -0.2},
        learned_from=212,
        held_back=98,
        loss_before=0.512,
        loss_after=0.471,
        model="2",
        at=clock.now(),
    )
