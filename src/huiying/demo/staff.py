"""Who works in the demonstration's bureau. All names are invented. Data that needs no Django."""

from __future__ import annotations

from dataclasses import dataclass

ADMINISTRATOR = ("admin", "石磊", "系统管理员", "管人员和岗位，看不到办件")


@dataclass(frozen=True)
class Person:
    """One member of staff: role and department are codes of the regulation file; `wants` is said on the card."""

    username: str
    name: str
    role: str
    department: str
    wants: str
    is_deputy: bool = False


# The first of each role has its card; who hears first stands first.
PEOPLE: tuple[Person, ...] = (
    Person("zhoulan", "周岚", "duty_officer", "BGS", "看下一件到几点，签收预警，确认级别"),
    Person("zhengwei", "郑维民", "shift_leader", "BGS", "夜里有急事先找到我"),
    Person("hanqiu", "韩秋", "office_head", "BGS", "转办、审稿、盯逾期"),
    Person("linxiao", "林晓", "editor", "BGS", "把核实过的事实写成回应，审定后发布、登记截图"),
    Person("majun", "马峻", "division_head", "GCC", "工程招投标的件，核实和审稿"),
    Person("jianglei", "姜蕾", "informant", "GCC", "替工程处报事实、交初稿"),
    Person("shiyan", "石砚", "secrecy_checker", "BGS", "发布前看一眼：不涉密"),
    Person("shenli", "沈立", "legal", "FGC", "重大件会签：依据对不对，能不能公开"),
    Person("lianan", "梁安", "deputy_leader", "BGS", "在手机上审签：还剩多久，改了什么"),
    Person("guchang", "顾长河", "top_leader", "BGS", "在手机上签发重大和特别重大的回应"),
    Person("qihong", "祁红", "spokesperson", "BGS", "只要现行口径"),
    Person("tangning", "唐宁", "network", "WGC", "看各个来源是否都在，夜里替值班员接一手"),
    Person("wufan", "吴帆", "duty_officer", "BGS", "接中晚班，粘贴链接，甄别拿不准的帖子"),
    Person("songjie", "宋洁", "division_head", "BGS", "办公室主办的几件，签收和初审"),
    Person("wenjing", "温静", "division_head", "WGC", "假网站、平台安全的件，签收和处置"),
    Person("luohai", "罗海", "division_head", "Z-XX", "系统故障的件，先恢复再说明"),
    Person("hemiao", "何苗", "informant", "Z-XX", "替信息技术部报事实、交初稿"),
    Person("baihui", "白慧", "division_head", "Z-YW", "咨询件，当天答复"),
    Person("qiancheng", "钱承", "division_head", "Z-CW", "保证金的件，逐笔核对"),
    Person("dujuan", "杜鹃", "informant", "Z-CW", "替财务部报事实、交初稿"),
    Person("yaomin", "姚敏", "division_head", "CGC", "政府采购的件，等我初审"),
    Person("gaoyan", "高岩", "division_head", "ZDC", "专家和代理机构的件"),
    Person("qinnan", "秦楠", "division_head", "Z-ZH", "大厅和后勤的件"),
    Person("shuyan", "舒雁", "division_head", "CQC", "国有产权和招租的件"),
    Person("fangzheng", "方政", "division_head", "JDC", "投诉举报线索，新转来的先签收"),
    Person("yuqing", "于青", "division_head", "FGC", "政策解读的件"),
    Person("dingning", "丁宁", "duty_officer", "BGS", "值夜班"),
    Person("yezhou", "叶舟", "duty_officer", "BGS", "值夜班和周末"),
    Person("hewen", "贺文", "office_head", "BGS", "办公室副主任，管转办表", is_deputy=True),
    Person("miaoqing", "苗青", "informant", "BGS", "替办公室报事实"),
    Person("xuhang", "许航", "informant", "WGC", "替网络管理处报事实"),
    Person("qinlang", "秦朗", "informant", "FGC", "替政策法规处报事实"),
    Person("yezhen", "叶蓁", "informant", "CGC", "替采购处报事实"),
    Person("dengfeng", "邓峰", "division_head", "TKC", "土地和矿业权的件"),
    Person("chengxue", "程雪", "informant", "TKC", "替土地矿业权管理处报事实"),
    Person("fangqing", "方晴", "informant", "CQC", "替产权处报事实"),
    Person("leihong", "雷鸿", "informant", "JDC", "替监督检查处报事实"),
    Person("suxiao", "苏晓", "informant", "ZDC", "替专家与代理机构管理处报事实"),
    Person("renjing", "任静", "division_head", "RSC", "作风和培训的件"),
    Person("taolin", "陶琳", "informant", "RSC", "替机关党委报事实"),
    Person("mengchao", "孟超", "informant", "Z-ZH", "替综合部报事实"),
    Person("jianning", "简宁", "informant", "Z-YW", "替业务受理部报事实"),
    Person("pengyuan", "彭远", "division_head", "Z-GC", "工程开标场次的件"),
    Person("caiqian", "蔡倩", "informant", "Z-GC", "替工程交易部报事实"),
    Person("kanglei", "康磊", "division_head", "Z-CG", "采购场次的件"),
    Person("yuanmeng", "袁梦", "informant", "Z-CG", "替采购交易部报事实"),
    Person("mofan", "莫凡", "division_head", "Z-CQ", "产权和土地场次的件"),
    Person("peilu", "裴露", "informant", "Z-CQ", "替产权土地交易部报事实"),
    # 现场见证部 has no 联络人 yet: the gap shows on the page of contacts (C10.3).
    Person("yanzheng", "严峥", "division_head", "Z-JZ", "现场见证的件"),
)
