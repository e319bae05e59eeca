"""Where the demonstration may run: on this very machine, without any real channel.

It signs people in without a password and writes invented posts, so it must be reachable by nobody else.
"""

from __future__ import annotations

import ipaddress
import os

NOTIFY = "HUIYING_NOTIFY_URLS"
HOSTS = "HUIYING_HOSTS"


def refuse_unless_safe(host: str) -> str | None:
    """None where the demonstration may listen on `host`, else the sentence that says why not and what to do."""
    if os.environ.get(NOTIFY, "").strip():
        return (
            f"演示不连任何真实渠道，而环境变量 {NOTIFY} 里有通知网关，演示里的编造内容会发给真人。"
            f"请去掉 {NOTIFY} 再启动演示，或用 huiying run 启动正式系统。"
        )
    if os.environ.get(HOSTS, "").strip():
        # Behind a proxy everybody seems to come from this machine, and could sign in without a password.
        return (
            f"演示登录不用密码，只能在本机使用，而环境变量 {HOSTS} 允许从别的域名访问。"
            f"请去掉 {HOSTS} 再启动演示；要给别人用，请设立单位后用 huiying run。"
        )
    if not _is_loopback(host):
        return (
            f"演示登录不用密码，只能在本机使用，不能在“{host}”上提供服务。"
            "请用 --host 127.0.0.1；要给别人用，请设立单位后用 huiying run。"
        )
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
