"""The office's templates over the built-in ones, and proposals of the bureau's own language model （九）, off by
default.

A changed template ends one row and makes another. A proposal is made from masked facts, kept and marked, and never
published before a person has changed it (`readiness`, INV-4).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling.actions.base import require_text
from huiying.handling.models import Case
from huiying.kernel import canonical, clock as time, guarded
from huiying.kernel.masking import mask_personal
from huiying.kernel.wording import normalised
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import Bureau, User
from huiying.people.permissions import require
from huiying.people.queries import regulation_now, regulation_of
from huiying.people.standing import actor_of
from huiying.responding import tone
from huiying.responding.models import AnswerTemplate, MachineDraft, Revision
from huiying.responding.readiness import BLANK
from huiying.responding.targets import check_targets
from huiying.responding.templates import subject_of, suggestions

CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")


@transaction.atomic
def save_template(
    code: str,
    title: str,
    text: str,
    actor: User,
    *,
    levels: Sequence[str] = (),
    concerns: Sequence[str] = (),
    targets: Sequence[str] = (),
    stage: str = "",
) -> AnswerTemplate:
    """Lay a template over the built-in one of the same code, or beside them. The same again is no change (habit 12)."""
    require(actor, "template.edit")
    _one_at_a_time()
    code = code.strip().lower()
    if not CODE.fullmatch(code):
        raise Refused(_("代号用小写字母、数字和短横线，例如 outage-2。"), code="code")
    title = require_text(title, 2, _("模板名称"))[:100]
    text = normalised(require_text(text, 10, _("模板正文")))
    _check_blanks(text)
    _check_words(levels, concerns, stage)
    told = {
        "title": title,
        "text": text,
        "levels": list(levels),
        "concerns": list(concerns),
        "targets": list(targets),
        "stage": stage,
    }
    live = AnswerTemplate.objects.filter(code=code, until__isnull=True).first()
    if live is not None and all(getattr(live, name) == value for name, value in told.items()):
        return live
    now = time.now()
    if live is not None:
        live.until = now
        live.save(update_fields=["until"])
    made = AnswerTemplate.objects.create(code=code, by=actor.name, at=now, **told)
    rows = [made] if live is None else [live, made]
    record("system", "template.saved", {"code": code, "title": title}, actor_of(actor), rows=rows)
    return made


@transaction.atomic
def retire_template(code: str, actor: User) -> AnswerTemplate:
    """End the office's row: the built-in one of the same code speaks again, any other code is gone from the list."""
    require(actor, "template.edit")
    _one_at_a_time()
    live = AnswerTemplate.objects.filter(code=code, until__isnull=True).first()
    if live is None:
        raise Refused(_("本局没有改过这个模板。"), code="not_ours")
    live.until = time.now()
    live.save(update_fields=["until"])
    record("system", "template.retired", {"code": code, "title": live.title}, actor_of(actor), rows=[live])
    return live


def _one_at_a_time() -> None:
    """Two editors at the same second: the second one sees what the first one did."""
    list(Bureau.objects.select_for_update().filter(pk=1).values_list("pk", flat=True))


def _check_blanks(text: str) -> None:
    """A bracket that is no blank would be published as it stands."""
    if text.count("【请填") != len(BLANK.findall(text)):
        raise Refused(_("空要写成【请填：名称】，名称不超过 40 个字，不换行。"), code="blank")


def _check_words(levels: Sequence[str], concerns: Sequence[str], stage: str) -> None:
    regulation = regulation_now()
    known = {level.code for level in regulation.levels} | {level.name for level in regulation.levels}
    if set(levels) - known or set(concerns) - set(regulation.concerns):
        raise Refused(_("级别和性质请用制度里的词。"), code="unknown_word")
    if stage:
        try:
            regulation.stage(stage)
        except KeyError:
            raise Refused(_("没有这样的发布阶段。"), code="unknown_word") from None


TIMEOUT = 60.0
LARGEST = 64 * 1024  # bytes of an answer
LONGEST = 4000  # characters of a proposal; a public answer is shorter
PROMPT_MOST = 12_000  # characters


@dataclass(frozen=True)
class Endpoint:
    address: str
    model: str
    key: str


def configured() -> Endpoint | None:
    """The endpoint of this house, or None: then nothing of it is shown anywhere."""
    address = os.environ.get("HUIYING_DRAFT_ENDPOINT", "").strip().rstrip("/")
    model = os.environ.get("HUIYING_DRAFT_MODEL", "").strip()
    return Endpoint(address, model, os.environ.get("HUIYING_DRAFT_KEY", "").strip()) if address and model else None


def propose(system: str, prompt: str) -> tuple[str, str]:
    """(text, model). Raises Refused with what to do: nobody's draft is lost because a model is away."""
    found = configured()
    if found is None:
        raise Refused(_("没有配置本地起草模型。"), code="no_endpoint")
    body = {
        "model": found.model,
        "temperature": 0,
        "stream": False,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": prompt[:PROMPT_MOST]}],
    }
    headers = {"Authorization": f"Bearer {found.key}"} if found.key else {}
    try:
        with (
            guarded.client(timeout=TIMEOUT, follow_redirects=False) as client,
            client.stream("POST", f"{found.address}/chat/completions", json=body, headers=headers) as response,
        ):
            raw = _read(response)
    except (httpx.HTTPError, ValueError) as error:  # AddressRefused is a ValueError
        told = {"why": str(error)[:200]}
        raise Refused(
            _("起草模型没有答复：%(why)s。请自己起草，或请管理员检查配置。") % told, code="endpoint"
        ) from error
    return _text(raw), found.model


def _read(response: httpx.Response) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise ValueError(f"HTTP {response.status_code}")
    raw = bytearray()
    for piece in response.iter_bytes():
        raw += piece
        if len(raw) > LARGEST:
            raise ValueError(f"> {LARGEST // 1024} KiB")
    return bytes(raw)


def _text(raw: bytes) -> str:
    try:
        told: Any = json.loads(raw)
        text = str(told["choices"][0]["message"]["content"]).replace("\x00", "").strip()
    except (ValueError, KeyError, IndexError, TypeError):
        raise Refused(_("起草模型的答复看不懂。请自己起草。"), code="endpoint") from None
    if not text:
        raise Refused(_("起草模型没有给出文字。请自己起草。"), code="endpoint")
    return text[:LONGEST]


SYSTEM = (
    "你为政府机关起草对群众的公开答复。只用给出的事实，不添加任何事实、数字、日期、承诺或名称；缺的写成【请填：名称】。"
    "先说事实和怎么办，再说依据和联系方式。用短句和大白话，不用套话，不评价提问的人。只输出正文。"
)


def prompt_of(case: Case, target: str, stage: str = Revision.FIRST) -> str:
    """What the model is told: sentences out of the case's own record, masked. No word of a citizen is among them."""
    regulation = regulation_of(case.regulation)
    lines = [
        f"事项：{subject_of(case) or '群众反映的情况'}",
        f"这是：{regulation.stage(stage).name}",
        f"发在：{'微博，不超过 140 个字' if tone.is_short(target) else '网站，不超过 500 个字'}",
        "事实：",
        *(f"- {one.text}" for one in suggestions(case)),
    ]
    return mask_personal("\n".join(lines)).text


def ask_machine(case: Case, target: str, actor: User, stage: str = "") -> MachineDraft:
    """One proposal for one place. The request goes out between two transactions: no lock waits for a model."""
    require(actor, "case.draft", case)
    check_targets([target])
    if not case.findings.exists():
        raise Refused(_("主办部门还没有报核实情况：先有事实，再有回应（C7.2）。"), code="no_facts")
    prompt = prompt_of(case, target, stage or (Revision.FOLLOW_UP if case.answered_at else Revision.FIRST))
    text, model = propose(SYSTEM, prompt)
    with transaction.atomic():
        case = handling.locked(case)
        require(actor, "case.draft", case)
        row = MachineDraft.objects.create(
            case=case,
            target=target,
            model=model[:100],
            text=mask_personal(text).text,
            prompt_sha256=canonical.sha256(prompt),
            asked_by=actor.name,
            at=time.now(),
        )
        payload = {"target": target, "model": row.model, "prompt": row.prompt_sha256}
        record(f"case:{case.number}", "draft.proposed", payload, actor_of(actor), rows=[row])
    return row
