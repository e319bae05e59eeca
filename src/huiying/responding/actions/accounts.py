"""Publications that did not get out, and the connections of the bureau's own accounts (C8.9, C11.2, INV-11)."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings as house
from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import addresses, clock as time
from huiying.kernel.addresses import AddressRefused
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import Platform, User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.people.versions import join_names
from huiying.responding import sending
from huiying.responding.actions.publishing import locked_publication
from huiying.responding.channels.base import Channel, Failed, Later
from huiying.responding.channels.in_house import BY_HAND
from huiying.responding.channels.registry import SENDING
from huiying.responding.models import Publication
from huiying.responding.queries import approved_round, current_revision, why_not_release
from huiying.responding.targets import chain_of, place_written

LONGEST = 2000
SHORTEST_SECRET = 16


# --- one publication --------------------------------------------------------------------------------------------------


@transaction.atomic
def retry_publication(row: Publication, actor: User) -> Publication:
    """再发一次: the same text under the same key, so that the other side is asked first whether it has it."""
    require(actor, "release.publish", row)
    row = locked_publication(row.pk)
    if row.state != Publication.FAILED or row.channel not in SENDING:
        raise Refused(_("只有发布失败的才能再发。"), code="not_failed")
    _check_may_go_out(row)
    assert row.platform is not None
    if sending.settings_for(row.platform, row.channel) is None:
        raise Refused(_("这个账号没有接上接口，请系统管理员先接上，或改为人工发布。"), code="not_connected")
    row.state, row.error = Publication.QUEUED, ""
    row.external = {
        **row.external,
        "tries": 0,
        "read_again": False,
        "unsure": False,
        "begun_at": time.now().isoformat(),
    }
    row.save(update_fields=["state", "error", "external"])
    sending.queue(row, time.now())
    record(chain_of(row), "release.retried", _about(row), actor_of(actor), rows=[row])
    return row


@transaction.atomic
def post_by_hand_instead(row: Publication, actor: User) -> Publication:
    """改为人工发布, on the same account. What is on its way to another host may yet come out: it is waited for."""
    require(actor, "release.publish", row)
    row = locked_publication(row.pk)
    if row.channel not in SENDING or row.state not in (Publication.FAILED, Publication.QUEUED):
        if row.channel in SENDING and row.state == Publication.SENDING:
            raise Refused(_("正在发往对方，结果还不知道：现在改为人工发布可能发两次。请等结果。"), code="being_sent")
        raise Refused(_("这一条不能改为人工发布。"), code="not_failed")
    _check_may_go_out(row)
    was = row.channel
    row.channel, row.state = BY_HAND.kind, BY_HAND.first_state
    if not row.external.get("unsure"):
        row.error = ""  # otherwise whoever posts is told to look first
    row.save(update_fields=["channel", "state", "error"])
    record(chain_of(row), "release.by_hand_instead", {**_about(row), "was": was}, actor_of(actor), rows=[row])
    return row


def _check_may_go_out(row: Publication) -> None:
    """What released it once must still hold: this exact text is the approved one, on an open account (INV-4)."""
    assert row.platform is not None
    if row.platform.closed_at is not None:
        raise Refused(_("这个账号已经停用，不能发布。"), code="unknown_channel")
    if row.press is not None:
        if row.press.approved_at is None or row.press.voided_at is not None:
            raise Refused(_("这一稿已不是审定的新闻稿，不能再发。"), code="not_ready")
        return
    assert row.case is not None
    assert row.revision is not None
    current = current_revision(row.case, row.revision.track)
    round_ = approved_round(row.case, row.revision)
    if current is None or current.pk != row.revision_id or round_ is None:
        raise Refused(_("文稿已经改过，原审定作废，这一条不能再发。请按现在的文稿发布。"), code="not_ready")
    if row.idempotency_key != f"{row.case.number}:{round_.pk}:{row.target}":
        raise Refused(_("这一稿重新审定过，请重新发布，不要再发这一条。"), code="not_ready")
    if why := why_not_release(row.case, row.revision):
        raise Refused(" ".join(why), code="not_ready")


def _about(row: Publication) -> dict[str, str]:
    return {"channel": row.channel, "target": row.target, "place": place_written(row)}


# --- the connection of an account -------------------------------------------------------------------------------------


def interface_for(platform: Platform, kind: str = "") -> Channel:
    """The interface that is meant: named, or the one that the account has, or the one that its code says."""
    for one in (kind, platform.channel, _connected(platform), platform.code):
        if one in SENDING:
            return SENDING[one]
        if kind:
            break
    raise Refused(
        _("请选择用哪一种接口：%(names)s。") % {"names": join_names(str(channel.name) for channel in SENDING.values())},
        code="unknown_interface",
    )


def _connected(platform: Platform) -> str:
    channel = sending.channel_of(platform)
    return channel.kind if channel is not None else ""


@transaction.atomic
def connect_platform(platform: Platform, settings: Mapping[str, str], actor: User, channel: str = "") -> Platform:
    """接上接口: settings sealed under the account's own name; the ledger says which were changed, never what they are.

    A secret that is left empty stays as it was.
    """
    require(actor, "register.connect")
    platform = _locked(platform)
    interface = interface_for(platform, channel)
    kept = sending.opened(platform)
    before = kept[1] if kept is not None and kept[0] == interface.kind else {}
    unknown = set(settings) - {item.name for item in interface.settings}
    if unknown:
        raise Refused(_("没有这样的设置：%(names)s。") % {"names": join_names(sorted(unknown))}, code="unknown_setting")
    told = _complete(interface, settings, before)
    changed = sorted(name for name, value in told.items() if before.get(name, "") != value)
    platform.sealed_settings = sending.seal(platform, interface.kind, told)
    platform.save(update_fields=["sealed_settings"])
    record(
        "system",
        "platform.connected",
        {"platform": platform.code, "name": platform.name, "channel": interface.kind, "settings": changed},
        actor_of(actor),
        rows=[platform],
    )
    return platform


def _complete(interface: Channel, settings: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    told: dict[str, str] = {}
    for item in interface.settings:
        value = str(settings.get(item.name, "")).strip()
        if not value and item.secret:
            value = before.get(item.name, "")
        if not value and not item.optional and not item.default:
            raise Refused(_("请填写“%(name)s”。") % {"name": item.label}, code="missing_setting")
        if len(value) > LONGEST or any(ord(char) < 32 for char in value):
            raise Refused(
                _("“%(name)s”太长，或含有换行等不可见字符。") % {"name": item.label}, code="unreadable_setting"
            )
        if item.name == "secret" and interface.kind == "website" and len(value) < SHORTEST_SECRET:
            raise Refused(_("签名密钥至少 %(n)d 个字符。") % {"n": SHORTEST_SECRET}, code="weak_secret")
        if item.is_address and value:
            _check_address(value)
        elif item.name.endswith("_url") and value and not value.startswith(("https://", "http://")):
            raise Refused(_("“%(name)s”以 https:// 开头。") % {"name": item.label}, code="unreadable_setting")
        told[item.name] = value
    return told


def _check_address(url: str) -> None:
    """Another host that we shall speak to, with secrets in what we say: behind the guard, and not in the clear."""
    try:
        target = addresses.check_url(url)
    except AddressRefused as refused:
        raise Refused(str(refused), code="address_refused") from None
    if not url.startswith("https://") and not addresses.is_opened(target):
        raise Refused(_("请用 https 网址：密钥不能不加密地发出去。"), code="address_refused")


@transaction.atomic
def disconnect_platform(platform: Platform, actor: User) -> Platform:
    """断开接口: the secrets are gone at once; the account goes on by hand."""
    require(actor, "register.connect")
    platform = _locked(platform)
    if not platform.sealed_settings:
        raise Refused(_("这个账号没有接上接口。"), code="not_connected")
    _check_nothing_on_its_way(platform)
    platform.sealed_settings = None
    if platform.channel in SENDING:
        platform.channel = BY_HAND.kind
    platform.save(update_fields=["sealed_settings", "channel"])
    told = {"platform": platform.code, "name": platform.name}
    record("system", "platform.disconnected", told, actor_of(actor), rows=[platform])
    return platform


@transaction.atomic
def change_channel(platform: Platform, channel: str, actor: User) -> Platform:
    """改变发布方式: by hand, or by the interface that the account is connected to."""
    platform = _locked(platform)
    require(actor, "register.edit", platform)
    if platform.channel not in (BY_HAND.kind, *SENDING) or channel not in (BY_HAND.kind, *SENDING):
        raise Refused(_("这个账号的发布方式不能这样改。"), code="unknown_interface")
    if channel == platform.channel:
        raise Refused(_("已经是这种发布方式。"), code="no_change")
    if channel in SENDING and sending.settings_for(platform, channel) is None:
        raise Refused(_("先请系统管理员接上这个接口，再改成自动发布。"), code="not_connected")
    _check_nothing_on_its_way(platform)
    was, platform.channel = platform.channel, channel
    platform.save(update_fields=["channel"])
    told = {"platform": platform.code, "name": platform.name, "was": was, "channel": channel}
    record("system", "platform.channel_changed", told, actor_of(actor), rows=[platform])
    return platform


def test_connection(platform: Platform, actor: User) -> str:
    """试一下: a harmless call, nothing is published. Gives what the other side said; raises Refused with its words."""
    require(actor, "register.connect")
    if house.DEMO:
        raise Refused(_("演示不连接真实渠道。"), code="demo")
    platform = Platform.objects.get(pk=platform.pk)
    interface = sending.channel_of(platform)
    told = sending.settings_for(platform, interface.kind) if interface is not None else None
    if interface is None or told is None or interface.check is None:
        raise Refused(_("这个账号没有接上接口。"), code="not_connected")
    try:
        said = interface.check(told)
    except (Failed, Later) as failed:
        _record_test(platform, False, actor)
        raise Refused(str(failed), code="connection_failed") from None
    _record_test(platform, True, actor)
    return said


@transaction.atomic
def _record_test(platform: Platform, ok: bool, actor: User) -> None:
    told = {"platform": platform.code, "name": platform.name, "result": "连得上" if ok else "连不上"}
    record("system", "platform.tested", told, actor_of(actor))


def _check_nothing_on_its_way(platform: Platform) -> None:
    if Publication.objects.filter(platform=platform, state__in=sending.ON_ITS_WAY, channel__in=list(SENDING)).exists():
        raise Refused(_("还有内容正在发往这个账号，请等它有了结果再改。"), code="being_sent")


def _locked(platform: Platform) -> Platform:
    row = Platform.objects.select_for_update(of=("self",)).select_related("owner").get(pk=platform.pk)
    if row.closed_at is not None:
        raise Refused(_("这个账号已经停用。"), code="unknown_channel")
    return row
