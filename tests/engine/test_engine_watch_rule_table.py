"""Every watch rule that the worked examples leave alone: one text that fires it, one that only looks like it
(DOMAIN §3.3, C5.10, C5.11).
"""

from __future__ import annotations

import pytest

from huiying.engine.normalise import normalise
from huiying.engine.rules import load_rules

#: rule → (a text that concerns it, a look-alike that shares words with it and does not)
TABLE = {
    "K002": ("公管局窗口那位脸难看，问三句答半句", "商场导购态度冷淡，退个货推诿半天"),
    "K012": ("听说中标那家是挂靠的，真正干活的另有其人", "把外套挂靠墙那边就行，别压皱了"),
    "K013": ("工程中标以后层层分包，到我们手里只剩骨头价", "快递站转包裹要去隔壁小区取"),
    "K015": ("一个四百万的活化整为零拆成五个小活，谁批的", "零钱罐里的硬币终于凑成整数了"),
    "K017": ("投标用的业绩造假，合同章都是后刻的", "主播直播间弄虚作假刷人气，粉丝都散了"),
    "K018": ("这个标段又流标，第三回了", "标兵评比结束，流程走得挺快"),
    "K019": ("中标才一个月就增项三百万，图纸是摆设吗", "增项体检多花了六百块，医生说没必要"),
    "K022": ("接到通知说推迟开标，没说推到哪天", "学校推迟开学，孩子乐坏了"),
    "K031": ("这台仪器为什么非要走单一来源", "信息来源单一，听听别处怎么说"),
    "K033": ("说好给小微企业预留份额，采购文件里找不到", "小微企业贷款利率又降了"),
    "K034": ("我们的质疑函递进去十来天没有回音", "老师的质疑让我重新算了一遍"),
    "K035": ("学校采购的桌椅验收半年了还不付款", "房客不付款，我该怎么劝他搬走"),
    "K037": ("电子卖场里同款打印机价格虚高一倍", "楼下卖场搞活动，鸡蛋不贵"),
    "K038": ("单位采购清单里写着茅台两箱", "朋友结婚喝的茅台，味道一般"),
    "K041": ("城南那块地拍出地王价，房价要涨了吧", "地铁王家站出口在哪一侧"),
    "K045": ("网拍最后十秒报不了价，页面白屏", "网上追剧卡死三回，会员白买了"),
    "K051": ("厂子搞股权转让，老职工的工龄怎么算", "朋友想把奶茶店股权转让给我"),
    "K052": ("国有房产招租的底价是谁定的", "商铺门口堆满杂物，影响走路"),
    "K053": ("单位那批报废车辆怎么还没上拍", "废旧物资回收站搬到城东了"),
    "K054": ("停车经营权出让以后，路边一小时收八块", "这家面馆特许经营三十年的老味道"),
    "K060": ("集采的降压药断供半个月了", "集邮采风活动效果不错，奖品当场中选"),
    "K065": ("碳配额价格一天一个样，履约期怎么办", "烧烤用的果木碳又涨了"),
    "K066": ("排污权竞买的起价比去年翻倍", "小区排污管堵了，臭得开不了窗"),
    "K067": ("灌区的水权交易指标分得不明不白", "水权衡再三，还是买纯净水"),
    "K068": ("山上的林地流转没开过村民会", "林间小路适合散步，空气好"),
    "K070": ("有个评委全程睡觉，最后打分还最高", "歌唱比赛评委点评得很到位"),
    "K073": ("招标代理乱收费，买份文件要八百", "留学代理公司说材料齐了"),
    "K074": ("异地评标中途掉线，等了三个钟头", "异地恋第三年，终于要团聚"),
    "K084": ("投标保函找指定的担保公司办，费率高一截", "保函三个字怎么念，孩子问我"),
    "K085": ("投标文件还没拆封，报价先外泄了", "水管泄露，楼下天花板湿了一片"),
    "K086": ("CA的技术支持打了一上午打不通", "银行客服没人接，气得我去了网点"),
    "K087": ("交易大厅排队排到门外，只开一个窗口", "火锅店排队两小时，窗口边上没座位"),
    "K098": ("外地公司想投标，要求先设分公司", "连锁药店要在县里设分公司"),
}


def fired(text: str) -> set[str]:
    rules = load_rules("anshan")
    plain = normalise(text)
    return {hit.rule.id for hit in rules.match(plain, rules.masked(plain.text))}


@pytest.mark.parametrize("rule", sorted(TABLE))
def test_a_text_about_the_matter_fires_its_rule(rule: str) -> None:
    assert rule in fired(TABLE[rule][0])


@pytest.mark.parametrize("rule", sorted(TABLE))
def test_a_look_alike_does_not_fire_it(rule: str) -> None:
    assert rule not in fired(TABLE[rule][1])


def test_examples_and_this_table_together_exercise_every_rule(anshan, screener, examples) -> None:
    """DOMAIN §3.3: no rule of the built-in file stands untested."""
    from huiying.engine.post import parse_post

    seen = {rule for row in examples for rule in screener.screen(parse_post(row)).rules}
    assert {rule.id for rule in anshan.rules} <= seen | set(TABLE)
    assert not set(TABLE) & seen, "a rule that an example fires needs no row here"


@pytest.mark.parametrize("rule", sorted(TABLE))
def test_a_fired_rule_quotes_only_words_of_the_original(rule: str, anshan) -> None:
    text = TABLE[rule][0]
    plain = normalise(text)
    (hit,) = [hit for hit in anshan.match(plain, anshan.masked(plain.text)) if hit.rule.id == rule]
    assert hit.terms
    for term in hit.terms:
        assert text[term.start : term.end] == term.quote
        assert normalise(term.quote).text == term.term


@pytest.mark.parametrize("rule", sorted(TABLE))
def test_the_same_matter_in_another_city_is_put_aside_and_here_it_is_a_hit(rule: str, screener, make_post) -> None:
    """The scope gate stands above every rule (C5.10)."""
    text = TABLE[rule][0]
    there = screener.screen(make_post(text, region="青岛"))
    here = screener.screen(make_post(text, region="鞍山"))
    unknown = screener.screen(make_post(text))
    own = screener.screen(make_post(text, region="青岛", own_channel=True))
    assert (there.band, here.band, unknown.band, own.band) == ("out", "hit", "suspect", "hit")
    assert rule in there.rules, "what is put aside still says why it was looked at"


@pytest.mark.parametrize("rule", sorted(TABLE))
def test_the_sensitivity_is_that_of_the_gravest_matter(rule: str, screener, anshan, make_post) -> None:
    of = {each.id: each.sensitivity for each in anshan.rules}
    found = screener.screen(make_post(TABLE[rule][0], region="鞍山"))
    assert found.sensitivity == max(of[each] for each in found.rules)


@pytest.mark.parametrize("rule", sorted(TABLE))
def test_a_rule_of_priority_forty_five_or_more_chooses_the_department(rule: str, screener, anshan, make_post) -> None:
    of = {each.id: each for each in anshan.rules}
    found = screener.screen(make_post(TABLE[rule][0], region="鞍山"))
    first = of[found.rules[0]]
    assert first.priority == max(of[each].priority for each in found.rules)
    if first.priority >= 45:
        assert found.lead == first.lead
        assert set(found.co_leads) == set(first.co_leads) - {first.lead}


NEGATIVE = ["彩票", "双色球", "闲鱼", "期货", "币圈", "论文代写", "剧透", "刮刮乐"]


@pytest.mark.parametrize("word", NEGATIVE)
def test_a_word_of_another_trade_puts_a_post_aside_and_never_a_message_to_us(word: str, screener, make_post) -> None:
    text = f"鞍山这次招标又是围标，{word}"
    assert screener.screen(make_post(text.replace(word, ""))).band == "hit"
    aside = screener.screen(make_post(text))
    assert aside.band == "out"
    assert any(f"「{word}」" in reason for reason in aside.reasons)
    assert screener.screen(make_post(text, own_channel=True)).band == "hit"


MASKED = {
    "马鞍山招标又见围标": False,
    "鞍山路小学门口围标锥桶": False,
    "鞍山招标又见围标": True,
    "鞍山西道那家店说串标": False,
    "中标麒麟系统升级": False,
    "不动产交易中心今天排队": False,
    "鞍山道路改造项目围标": True,
}


@pytest.mark.parametrize("text", sorted(MASKED))
def test_a_namesake_is_blanked_with_its_length_and_the_place_itself_is_not(text: str, anshan) -> None:
    masked = anshan.masked(text)
    assert len(masked) == len(text)
    assert ("鞍山" in masked) is MASKED[text]
    assert ("\0" in masked) is not MASKED[text]
    assert all(new in (old, "\0") for old, new in zip(text, masked, strict=True))
    assert anshan.masked(masked) == masked


@pytest.mark.parametrize("other", ["沈阳", "大连", "马鞍山", "武汉"])
def test_a_text_that_names_another_city_and_not_ours_is_elsewhere(other: str, screener, make_post) -> None:
    assert screener.screen(make_post(f"{other}这次开标有人围标")).band == "out"
    both = screener.screen(make_post(f"{other}来的公司在鞍山开标时围标"))
    assert both.band == "hit"


def test_our_own_districts_are_the_place_too(anshan, screener, make_post) -> None:
    assert len(anshan.places) == 9
    for place in anshan.places:
        assert screener.screen(make_post(f"{place}这次开标有人围标")).band == "hit", place
