"""What is kept of the ledger's own tables, of those of `work` below it, and of libraries' tables (INV-8).

`work` stands below the ledger and libraries do not know of it, so what there is to say of them is said here.
"""

from __future__ import annotations

from typing import Final

from django.apps import apps

from huiying.ledger.kept import COUNTER, LEFT, QUEUE, keep, leave
from huiying.ledger.models import ChainHead, Erasure, LedgerEntry
from huiying.work.models import Counter, Heartbeat, Job, Lease, Look, Notice, RateBucket, Schedule

keep(Erasure, "台账删除决定", "A decision to erase")
leave(LedgerEntry, "台账自己：ledger verify 逐条核对散列、链头和锚定")
leave(ChainHead, "链头：ledger verify 与各链最后一条核对")

leave(Job, QUEUE)
leave(Lease, "哪个进程当班，随时易主")
leave(Heartbeat, "进程的心跳")
leave(Schedule, QUEUE)
leave(Look, "检查自己的结果，每看一遍重写；查到的事在条目和表里都看得见")
leave(Counter, f"{COUNTER}；发出的编号在各表里受核对，且不能重复")
leave(RateBucket, "限速的余量，几分钟就过期")
leave(Notice, "提醒是台账条目的转告，可以重发；该由谁办、谁已知悉，各有条目")

# Libraries: their tables hold no fact of the bureau's.
_OF_LIBRARIES: Final = {
    "sessions": "登录会话：到时作废；能登录的账号、密码和验证器受核对",
    "auth": "框架自带的组和权限，本系统不用；权限由岗位任命决定，任命受核对",
    "axes": "登录失败的次数，只管限制试猜，到期删除",
    "contenttypes": "框架登记的表名，由程序生成",
}
LEFT["django_migrations"] = "框架记下的建表步骤；缺了哪一步，启动时就会补建或停下来"  # no app has a model of it

for _app, _why in _OF_LIBRARIES.items():
    for _model in apps.get_app_config(_app).get_models(include_auto_created=True):
        leave(_model, _why)
