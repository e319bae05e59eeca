"""§6.2, S17: personal data is hidden, numbers of the work stay readable."""

import pytest
from hypothesis import given, strategies as st

from huiying.kernel.masking import mask_personal

# Identity and card numbers are the worked examples of GB 11643 and ISO/IEC 7812; nobody owns them.
HIDDEN = [
    ("打我手机13800138000", "phone", "打我手机[电话]"),
    ("电话138-0013-8000。", "phone", "电话[电话]。"),
    ("电话138 0013 8000", "phone", "电话[电话]"),
    ("手机１３８００１３８０００", "phone", "手机[电话]"),
    ("+86 13800138000", "phone", "[电话]"),
    ("家里座机0412-5551234", "phone", "家里座机[电话]"),
    ("(0412)5551234转808", "phone", "[电话]"),
    ("加v13800138000", "phone", "加v[电话]"),
    ("我的证件11010519491231002X", "id_number", "我的证件[身份证号]"),
    ("证件110105 19491231 002x", "id_number", "证件[身份证号]"),
    ("身份证号：110105194912310021", "id_number", "身份证号：[身份证号]"),
    ("身份证 110105491231002", "id_number", "身份证 [身份证号]"),
    ("退到4111 1111 1111 1111", "bank_card", "退到[银行卡号]"),
    ("打到6200000000000000000谢谢", "bank_card", "打到[银行卡号]谢谢"),
    ("卡号：6222021001000000001", "bank_card", "卡号：[银行卡号]"),
    ("车牌辽C12345停在门口", "plate", "车牌[车牌]停在门口"),
    ("辽C·D1234", "plate", "[车牌]"),
    ("辽AD12345", "plate", "[车牌]"),
    ("写信到zhang.san@example.com", "email", "写信到[邮箱]"),
    ("微信号：zhang_san99", "wechat", "微信号：[微信号]"),
    ("加微信zs123456", "wechat", "加微信[微信号]"),
    ("QQ：123456789", "qq", "QQ：[QQ号]"),
    ("家住幸福小区3号楼2单元401室", "address", "家住幸福小区[住址]"),
    ("三号楼二单元五零一户", "address", "[住址]"),
    ("阳光花园12-3-401", "address", "阳光花园[住址]"),
    ("12栋1502室", "address", "[住址]"),
    ("联系人：张三电话", "name", "联系人：[姓名]电话"),
    ("联系人：欧阳小明", "name", "联系人：[姓名]"),
    ("联系人：欧阳明、王五、赵小六\n", "name", "联系人：[姓名]、[姓名]、[姓名]\n"),
    ("我叫李小明，", "name", "我叫[姓名]，"),
    ("身份证姓名：王五，", "name", "身份证姓名：[姓名]，"),
]

READABLE = [
    "项目编号：LNZB-2024-13812345678",
    "公告号210300202400012345",
    "采购编号ASZC13912345678",
    "流水号：13812345678",
    "2024年10月24日14:30",
    "20241024 14:30-15:00",
    "中标金额13800138000元",
    "预算 1381234.56 万元，占12.5%",
    "请拨打12345或110、119、120",
    "市长热线0412-12345",
    "监督电话：0412-5551234",
    "办公电话 0412-5551234",
    "微博 5027566643844663 转发",
    "留下详细联系人和联系方式",
    "公示电话：0743-8223357",
    "国办发〔2016〕61号",
    "统一社会信用代码912103001234567890",
    "微信公众号：鞍山公共资源",
    "三号标段2单元工程",
    "递交地点：千山路12号5楼503室",
    "姓名一栏不能为空",
    "身份证办理要多久",
    "辽宁A类项目2024",
]


@pytest.mark.parametrize(("text", "kind", "expected"), HIDDEN)
def test_personal_data_is_hidden(text: str, kind: str, expected: str) -> None:
    masked = mask_personal(text)
    assert masked.text == expected
    assert kind in masked.kinds
    assert masked.changed


@pytest.mark.parametrize("text", READABLE)
def test_numbers_of_the_work_stay_readable(text: str) -> None:
    masked = mask_personal(text)
    assert masked.text == text
    assert (masked.changed, masked.kinds) == (False, ())


def test_a_wrong_check_digit_is_no_identity_number() -> None:
    assert not mask_personal("编排210300199912310021").changed


def test_a_date_that_does_not_exist_is_no_identity_number() -> None:
    assert not mask_personal("编排110105194913310020").changed


def test_every_kind_that_was_found_is_named() -> None:
    masked = mask_personal("联系人：张三，13800138000，a@b.cn")
    assert masked.kinds == ("email", "name", "phone")


PIECES = st.sampled_from(
    [row[0] for row in HIDDEN] + READABLE + list("1380-:： 号室楼单元张三联系人微信QQ辽C@.[]电话") + ["身份证", "\n"]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = mask_personal(text)
    assert mask_personal(once.text).text == once.text


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "-", " ", "·"]))
def test_no_mobile_number_survives_however_it_is_cut(number: str, gap: str) -> None:
    text = f"打 {number[:3]}{gap}{number[3:7]}{gap}{number[7:]} 找我"
    assert mask_personal(text).text == "打 [电话] 找我"


@given(st.text())
def test_a_text_without_findings_comes_back_as_it_was(text: str) -> None:
    masked = mask_personal(text)
    assert masked.changed == (masked.text != text) == bool(masked.kinds)
