"""The loader refuses with file, line, key, what was expected and what to write (DOMAIN §2.3)."""

import re
from pathlib import Path

import pytest

from huiying.regulation import Problem, RegulationError, load, loads
from huiying.regulation.loader import built_in_file
from huiying.regulation.reader import MAX_PROBLEMS

ANSHAN = built_in_file("anshan.yaml")
SIXIAN = built_in_file("sixian.yaml")


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(RegulationError) as caught:
        loads(text, "局.yaml")
    return caught.value.problems


def line_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


# what is replaced, by what; then the key, a piece of the line and a piece of the message that must be named
REFUSALS = {
    "an unknown key": ("  unit: natural_hours", "  unti: natural_hours", "clocks.unti", "  unti:", "不认识的键“unti”"),
    "a clock without a unit": ("  unit: natural_hours\n", "", "clocks.unit", "  start: first_known_at\n", "没有写单位"),
    "a unit nobody knows": ("unit: natural_hours", "unit: hours", "clocks.unit", "unit: hours", "natural_hours"),
    "a duplicate key": (
        "  stop_event: response_published\n",
        "  stop_event: response_published\n  start: first_known_at\n",
        "clocks.start",
        "  start: first_known_at\n  respond_within",
        "写了两次",
    ),
    "a level without a clock": (
        '    重大:     {within: PT24H, basis: "interpretation G1 比照国办发〔2016〕61号：重大突发事件24小时"}\n',
        "",
        "clocks.respond_within",
        '    一般:     {within: PT48H, basis: "text （八）"}',
        "级别“重大”没有时限",
    ),
    "a channel class without an owner": (
        "局长信箱: 局办公室, ",
        "",
        "monitor.owners.by_class",
        "    by_class:",
        "渠道类“局长信箱”没有责任部门",
    ),
    "an owner who is no department": (
        "论坛: 网络管理处,",
        "论坛: 网络管理科,",
        "monitor.owners.by_class.论坛",
        "    by_class:",
        "没有叫“网络管理科”的部门",
    ),
    "a missing prohibition": (", author_search", "", "prohibited", "prohibited:", "缺少禁止事项“author_search”"),
    "a prohibition nobody can keep": (
        ", author_search",
        ", author_search, be_nice",
        "prohibited",
        "prohibited:",
        "be_nice",
    ),
    "a missing separation of duty": (
        '  - {rule: drafter != approver, basis: "text （九）采编与审核分设"}\n',
        "",
        "separation_of_duty",
        "  - {rule: case_owner",
        "drafter != approver",
    ),
    "a wrong type": ("articles: 14", 'articles: "14"', "meta.articles", "articles:", "应当是整数"),
    "a number out of bounds": (
        "per_year_min: 4",
        "per_year_min: 0",
        "training.per_year_min",
        "training:",
        "1 到 10000",
    ),
    "a truth written as a word": (
        "same_facts_block: true",
        "same_facts_block: yes",
        "response.linked_channels.same_facts_block",
        "linked_channels:",
        "true 或 false",
    ),
    "a loosened lowering": (
        "second_person: true",
        "second_person: false",
        "grading.lowering.second_person",
        "  lowering:",
        "应当是true",
    ),
    "a wrong duration": (
        "confirm_within: PT1H",
        "confirm_within: 1小时",
        "grading.confirm_within",
        "confirm_within:",
        "PT48H",
    ),
    "a duration of nothing": (
        "confirm_within: PT1H",
        "confirm_within: PT0H",
        "grading.confirm_within",
        "confirm_within:",
        "时长",
    ),
    "a limit in another unit": (
        '一般:     {within: PT48H, basis: "text （八）"}',
        '一般:     {within: P3WD, basis: "text （八）"}',
        "clocks.respond_within.一般.within",
        "一般:     {within: P3WD",
        "与单位 natural_hours 不符",
    ),
    "a limit in months": (
        "accept_transfer: {within: PT1H",
        "accept_transfer: {within: P1M",
        "clocks.internal.accept_transfer",
        "accept_transfer: {within",
        "长短不定",
    ),
    "a graver level with a longer limit": (
        '特别重大: {within: PT24H, basis: "text （八）"}',
        '特别重大: {within: PT30H, basis: "text （八）"}',
        "clocks.respond_within.特别重大.within",
        "特别重大: {within: PT30H",
        "比轻一级的还长",
    ),
    "an unknown level": (
        "cap: 较大",
        "cap: 较大的",
        "grading.unconfirmed.cap",
        "  unconfirmed:",
        "没有叫“较大的”的级别",
    ),
    "an unknown role": (
        "upwards: duty_officer",
        "upwards: duty_oficer",
        "grading.confirm_by.upwards",
        "upwards:",
        "duty_oficer",
    ),
    "an unknown act": (
        "    triage: {",
        "    triaeg: {",
        "clocks.internal.triaeg",
        "    triaeg:",
        "没有叫“triaeg”的动作",
    ),
    "a level in review that is not there": (
        "      一般: [division_head, office_head]",
        "      普通: [division_head, office_head]",
        "workflow.review_steps.by_level.普通",
        "      普通:",
        "没有叫“普通”的级别",
    ),
    "thresholds out of order": ("重大: 65", "重大: 35", "grading.thresholds", "  thresholds:", "次序不对"),
    "a level without a threshold": ("重大: 65, ", "", "grading.thresholds", "  thresholds:", "“重大”没有门槛分"),
    "a threshold for the lightest": (
        "{较大: 38,",
        "{一般: 1, 较大: 38,",
        "grading.thresholds.一般",
        "  thresholds:",
        "不设门槛",
    ),
    "weights that do not add up": ("media: 0.20", "media: 0.30", "grading.weights", "  weights:", "应当是 1"),
    "a warning before the start": ("warn_at: [0.5,", "warn_at: [0,", "clocks.warn_at[0]", "  warn_at:", "大于 0 到 1"),
    "a warning after the end": ("0.9, 1.0]", "0.9, 1.1]", "clocks.warn_at[3]", "  warn_at:", "大于 0 到 1"),
    "warnings out of order": ("[0.5, 0.75,", "[0.75, 0.5,", "clocks.warn_at", "  warn_at:", "从小到大"),
    "an empty list of review steps": (
        "一般: [division_head, office_head]",
        "一般: []",
        "workflow.review_steps.by_level.一般",
        "      一般: []",
        "列表是空的",
    ),
    "an empty group of review": (
        "一般: [division_head, office_head]",
        "一般: [division_head, []]",
        "workflow.review_steps.by_level.一般[1]",
        "      一般: [div",
        "列表是空的",
    ),
    "a reviewer who comes twice": (
        "一般: [division_head, office_head]",
        "一般: [division_head, office_head, division_head]",
        "workflow.review_steps.by_level.一般",
        "      一般: [div",
        "出现两次",
    ),
    "a date that is none": (
        'effective_from: "2016-09-08"\n  source',
        'effective_from: "2016-09-31"\n  source',
        "meta.effective_from",
        "effective_from:",
        "日历上有的日期",
    ),
    "a date in words": (
        'effective_from: "2016-09-08"\n  source',
        "effective_from: 发布之日\n  source",
        "meta.effective_from",
        "effective_from:",
        "应当是日期",
    ),
    "a date without quotes": (
        'effective_from: "2016-09-08"\n  source',
        "effective_from: 2016-09-08\n  source",
        "meta.effective_from",
        "effective_from:",
        "加引号的日期",
    ),
    "a law that reaches back": (
        'effective_from: "2016-09-08"\n  source',
        'effective_from: "2016-09-01"\n  source',
        "meta.effective_from",
        "effective_from:",
        "早于发布日期",
    ),
    "a zone that is none": (
        "Asia/Shanghai",
        "Asia/Anshan",
        "meta.timezone",
        "  timezone:",
        "没有叫“Asia/Anshan”的时区",
    ),
    "a basis of no kind": (
        'basis: "text （一）"',
        'basis: "听说的"',
        "principles.（一）.basis",
        '"（一）"',
        "依据写的是“听说的”",
    ),
    "a basis for a key not there": (
        "basis: {effective_from:",
        "basis: {effective_form:",
        "meta.basis.effective_form",
        "  basis: {effective_form",
        "在这一块里没有",
    ),
    "a missing block": ("training: {", "traning: {", "training", "schema: huiying", "缺少“training”"),
    "a state the software needs": (
        "  declined:   {name: 不予公开回应, en: Not answered in public}\n",
        "",
        "states",
        "  registered:",
        "declined",
    ),
    "a public act left out": (
        "en: Press conference, public: true",
        "en: Press conference",
        "acts",
        "  respond:                   ",
        "press_conference",
    ),
    "a public act among the nudges": (
        "    triage: {",
        "    respond: {",
        "clocks.internal.respond",
        "    respond: {",
        "不是内部节点",
    ),
    "a nudge without a limit": (
        "triage: {within: PT30M, start",
        "triage: {start",
        "clocks.internal.triage",
        "    triage:",
        "没有时限",
    ),
    "an overlay that asks nothing": (
        'press_conference_within: PT24H, basis: "superior 国办发〔2016〕61号"',
        'basis: "superior 国办发〔2016〕61号"',
        "overlays[GBF-2016-61]",
        "  - {id: GBF-2016-61",
        "没有写要求做什么",
    ),
    "two overlays of one name": (
        "id: GBF-2016-80",
        "id: GBF-2016-61",
        "overlays[GBF-2016-61]",
        "  - {id: GBF-2016-61, name: 国办发〔2016〕80号",
        "写了两次",
    ),
    "levels out of order": ("code: L2", "code: L5", "levels", "  - {code: L1", "从轻到重"),
    "an owner without the responsibility": (
        "responsibilities: [GC]",
        "responsibilities: [policy]",
        "routing.categories.GC.owner",
        "    GC: {",
        "职责里没有“GC”",
    ),
    "a duty nobody has": (
        '  spokesperson:    {name: 新闻发言人, en: Spokesperson, basis: "text （十二）"}\n',
        "",
        "roles",
        "  leading_group:",
        "没有岗位承担“spokesperson”",
    ),
    "a role nobody understands": (
        "  editor:          {",
        "  scribe:          {",
        "roles.scribe",
        "  scribe:",
        "scribe",
    ),
    "more channels than there are": (
        "特别重大: 4}, max_skew",
        "特别重大: 9}, max_skew",
        "response.linked_channels.min_channels",
        "linked_channels:",
        "要 9 个渠道",
    ),
    "logs kept shorter than the law": (
        "access_log: P3Y",
        "access_log: P1M",
        "retention.access_log",
        "retention:",
        "短于法定下限",
    ),
    "a step off the ladder": (
        "never_automatic: [通报批评,",
        "never_automatic: [开除,",
        "accountability.never_automatic",
        "  never_automatic:",
        "不在 ladder 里",
    ),
    "a word listed twice": (
        "modes: [日常监测, ",
        "modes: [日常监测, 日常监测, ",
        "monitor.modes[1]",
        "  modes:",
        "重复",
    ),
    "a colour that is none": ('fill: "#1f5fa8"', 'fill: "blue"', "levels[L1].fill", "  - {code: L1", "颜色"),
    "a clause that is not a block": (
        "urgent_numbers:\n",
        "urgent_number:\n",
        "urgent_number",
        "urgent_number:",
        "不认识的键",
    ),
}


def test_working_time_without_a_calendar_is_refused_wherever_it_stands() -> None:
    """A nudge in working hours, and the limits of the statutory channels in working days (C3.1)."""
    bare = re.sub(r"(?m)^calendar:.*\n(  .*\n)+", "", ANSHAN)
    assert bare != ANSHAN
    found = [problem.key for problem in problems_of(bare)]
    codes = ("query", "complaint", "disclosure")
    assert found == [f"response.statutory_channels.{code}.answer_within" for code in codes]
    nudge = bare.replace("accept_transfer: {within: PT1H", "accept_transfer: {within: PT1WH")
    problems = problems_of(nudge)
    assert "clocks.unit" in {problem.key for problem in problems}
    assert all("没有工作日历" in problem.message for problem in problems)


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_wrong_is_refused_with_its_line_and_key(case: str) -> None:
    old, new, key, place, said = REFUSALS[case]
    assert ANSHAN.count(old) >= 1, "the case must change the file"
    text = ANSHAN.replace(old, new, 1)
    found = problems_of(text)
    mine = [p for p in found if p.key == key and said in p.message]
    assert mine, f"expected {key}: {said}, got {[str(p) for p in found]}"
    assert line_of(text, place) in {p.line for p in mine}
    assert all(p.file == "局.yaml" and p.fix and p.en for p in mine)


CALENDAR_REFUSALS = {
    "a weekday that is none": ("weekdays: [1, 2, 3, 4, 5]", "weekdays: [0, 1]", "calendar.weekdays[0]", "1 到 7"),
    "no weekday at all": ("weekdays: [1, 2, 3, 4, 5]", "weekdays: []", "calendar.weekdays", "列表是空的"),
    "hours that overlap": (
        '"14:30-17:30"]\n  holidays',
        '"11:30-17:30"]\n  holidays',
        "calendar.working_hours[1]",
        "不重叠",
    ),
    "hours over midnight": (
        '"14:30-17:30"]\n  holidays',
        '"22:00-06:00"]\n  holidays',
        "calendar.working_hours[1]",
        "不跨零点",
    ),
    "hours in words": ('"14:30-17:30"]\n  holidays', '"下午"]\n  holidays', "calendar.working_hours[1]", "时段"),
    "a holiday that is no date": ("2026-01-01/2026-01-03", "2026-02-30", "calendar.holidays[0]", "不是日历上有的日期"),
    "a holiday that ends early": (
        "2026-01-01/2026-01-03",
        "2026-01-03/2026-01-01",
        "calendar.holidays[0]",
        "止于开始之前",
    ),
    "a day both off and on": ('"2026-10-10"]', '"2026-10-01"]', "calendar.makeup_days", "既放假又调休上班"),
    "hours where days are meant": (
        "一般: {within: P5WD}",
        "一般: {within: PT48H}",
        "clocks.respond_within.一般.within",
        "与单位 working_days 不符",
    ),
}


@pytest.mark.parametrize("case", CALENDAR_REFUSALS)
def test_a_calendar_that_cannot_be_kept_is_refused(case: str) -> None:
    old, new, key, said = CALENDAR_REFUSALS[case]
    assert old in SIXIAN
    text = SIXIAN.replace(old, new, 1)
    mine = [p for p in problems_of(text) if p.key == key and said in p.message]
    assert len(mine) == 1
    assert mine[0].line == line_of(text, new.split("\n")[0])


def test_working_days_without_a_calendar_are_refused() -> None:
    start, end = SIXIAN.index("calendar:\n"), SIXIAN.index("acts:\n")
    found = problems_of(SIXIAN[:start] + SIXIAN[end:])
    assert [p.key for p in found] == ["clocks.unit"]
    assert "没有工作日历" in found[0].message


def test_owner_and_backup_must_be_two_departments() -> None:
    text = ANSHAN.replace(
        "owner: 工程建设交易管理处, backup: 监督检查处", "owner: 工程建设交易管理处, backup: 工程建设交易管理处"
    )
    assert [p.key for p in problems_of(text)] == ["routing.categories.GC.backup"]


def test_owner_and_backup_of_a_nature_must_be_two_departments() -> None:
    text = ANSHAN.replace("owner: 监督检查处, backup: 局办公室", "owner: 监督检查处, backup: 监督检查处")
    assert [p.key for p in problems_of(text)] == ["routing.natures.廉政.backup"]


def test_all_problems_come_together_in_file_order() -> None:
    text = (
        ANSHAN.replace("articles: 14", "articles: many").replace("warn_at: [0.5", "warn_at: [7").replace("PT5M", "soon")
    )
    found = problems_of(text)
    keys = ["meta.articles", "life_safety.call_within", "life_safety.repeat_every", "clocks.warn_at[0]"]
    assert [p.key for p in found] == keys
    assert [p.line for p in found] == sorted(p.line for p in found)


def test_a_misspelt_key_is_asked_back() -> None:
    found = problems_of(ANSHAN.replace("  stop_event:", "  stop_evnet:"))
    assert any(p.key == "clocks.stop_evnet" and "stop_event" in p.fix for p in found)


def test_a_misspelt_level_is_asked_back() -> None:
    (found,) = problems_of(ANSHAN.replace("cap: 较大", "cap: 较大级"))
    assert found.fix == "是不是“较大”？"


def test_a_block_left_to_the_product_is_blamed_on_this_file_when_it_does_not_fit() -> None:
    start, end = ANSHAN.index("life_safety:"), ANSHAN.index("level_actions:")
    text = (ANSHAN[:start] + ANSHAN[end:]).replace("shift_leader", "night_leader")
    found = [p for p in problems_of(text) if p.key.startswith("life_safety")]
    assert found
    assert all(p.line == 1 and "请在本文件里写出 life_safety" in p.fix for p in found)


def test_the_error_reads_as_one_line_a_problem() -> None:
    with pytest.raises(RegulationError) as caught:
        loads(ANSHAN.replace("articles: 14", "articles: many"), "局.yaml")
    line = line_of(ANSHAN, "articles: 14")
    assert str(caught.value) == f"局.yaml 第{line}行 meta.articles：写的是“many”，应当是整数。只写数字，不加引号和单位"


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "bom.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + ANSHAN.encode())
    assert load(file).meta.articles == 14


def test_a_file_full_of_nonsense_is_answered_with_the_first_of_it() -> None:
    text = ANSHAN + "".join(f"unti{n}: 1\n" for n in range(5000))
    found = problems_of(text)
    assert len(found) == MAX_PROBLEMS
    assert {p.line for p in found} >= {line_of(text, "unti0:"), line_of(text, "unti50:")}
