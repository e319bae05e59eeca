"""`run`, `demo`, `start`: web, loop and engine from one command (habit 14)."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from huiying.cli.main import FOUND, USAGE, Stop, complain, text
from huiying.cli.ready import gathered, keys_in_place, ready

#: The API is loaded when somebody asks it, or after so many seconds beside the first pages.
LOADED_AFTER = 10.0


def run(options: argparse.Namespace) -> int:
    from huiying.kernel import secretfiles

    try:
        secretfiles.check_environment()
    except secretfiles.SecretRefused as error:
        raise Stop(f"{error}。", USAGE) from error
    with alone(options) as port:
        ready()
        keys_in_place()
        return serve(options.host, port)


def demo(options: argparse.Namespace) -> int:
    """As `run`, on a demonstration home of its own; loopback only, no real channel."""
    from huiying.demo.guard import refuse_unless_safe

    if (why := refuse_unless_safe(options.host)) is not None:
        complain(why)
        return USAGE
    home = Path(os.environ.get("HUIYING_HOME", "var")) / "demo"
    os.environ["HUIYING_HOME"] = str(home)
    os.environ["HUIYING_DEMO"] = "1"
    os.environ.pop("HUIYING_DATABASE_URL", None)
    with alone(options) as port:
        ready()
        from huiying.demo import clock, people

        clock.install()
        keys_in_place()
        people.prepare()
        return serve(options.host, port)


def start(options: argparse.Namespace) -> int:
    """A bureau is set up once its one-time link was used; until then `make run` shows the demonstration."""
    return run(options) if _is_set_up() else demo(options)


def _is_set_up() -> bool:
    """Looks without creating anything: an empty home stays empty for the demonstration's sake."""
    home = Path(os.environ.get("HUIYING_HOME", "var"))
    if not os.environ.get("HUIYING_DATABASE_URL") and not (home / "huiying.sqlite3").exists():
        return False
    ready()
    from huiying.people.queries import is_set_up

    return is_set_up()


@contextmanager
def alone(options: argparse.Namespace) -> Iterator[int]:
    """The port that was asked for, and the home for this process alone as long as the block lasts. On PostgreSQL a home
    may be shared: its loops stand by for each other (docs/large.md). Raises Stop.
    """
    from huiying.kernel.processes import AlreadyRunning, hold, refuse_second

    if os.environ.get("HUIYING_DATABASE_URL"):
        yield free_port(options)
        return
    with ExitStack() as held:
        try:
            refuse_second()  # before the port: another port would not help
            port = free_port(options)
            held.enter_context(hold())
        except AlreadyRunning as error:
            raise Stop(str(error), FOUND) from error
        except OSError as error:
            where = f"数据目录 {os.environ.get('HUIYING_HOME', 'var')}（{error.strerror or error}）"
            raise Stop(f"用不了{where}。请检查路径和权限，或改环境变量 HUIYING_HOME。", USAGE) from error
        yield port


def free_port(options: argparse.Namespace) -> int:
    """The port that was asked for. Raises Stop where it is none (usage) or can not be had (found)."""
    words = str(options.port) if options.port is not None else os.environ.get("PORT", "8000")
    if not (words.isascii() and words.isdigit() and 0 < int(words) < 65536):
        raise Stop(f"端口“{words}”应为 1 到 65535 的整数；请改环境变量 PORT 或 --port。", USAGE)
    if (taken := _taken(options.host, int(words))) is not None:
        raise Stop(taken, FOUND)
    return int(words)


def _taken(host: str, port: int) -> str | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except socket.gaierror:
            return f"没有叫“{host}”的地址。--host 应为本机的一个地址，例如 127.0.0.1。"
        except OSError as error:
            other = port + 1 if port < 65535 else 8000
            return f"不能在 {host}:{port} 上提供服务（{error.strerror}）。换一个端口，例如 PORT={other} make run。"
    return None


def serve(host: str, port: int) -> int:
    with gathered():
        from django.conf import settings

        from huiying.cli import connections
        from huiying.judging import engines
        from huiying.people.actions import offer_set_up
        from huiying.work.loop import Loop
        from huiying.wsgi import application

    engines.use_process()
    server = connections.create(
        application,
        host=host,
        port=port,
        cookie=settings.SESSION_COOKIE_NAME,
        limits=connections.Limits(**settings.CONNECTIONS),
        **behind(settings.HTTPS),
    )
    stop = threading.Event()
    loop = Loop(f"{socket.gethostname()}:{os.getpid()}")
    thread = threading.Thread(target=loop.run, args=(stop,), name="loop", daemon=True)
    rest = threading.Timer(LOADED_AFTER, importlib.import_module, ["huiying.api.urls"])
    rest.daemon = True
    indexer = None

    def leave(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    try:
        signal.signal(signal.SIGTERM, leave)  # before anything is started or announced: what starts is ended below
        # Whoever waits comes first: the engine and the index start once somebody can be answered.
        thread.start()
        indexer = _indexer()
        rest.start()
        address = f"http://{host}:{port}"
        text(f"回应已启动：{address}/ （公众）  {address}/desk/ （工作人员）  按 Ctrl-C 停止。")
        if not settings.DEMO and (token := offer_set_up()) is not None:
            text(f"首次设立单位，请打开一次性链接：{address}/desk/set-up/{token}/")
        sys.stdout.flush()  # a service manager or a pipe must show the link now, not when the buffer is full
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        stop.set()
        rest.cancel()
        if indexer is not None:
            _end(indexer)
        if thread.ident is not None:
            thread.join(timeout=10)
        engines.use_in_process()
        server.close()
    return 0


def behind(proxy: bool) -> dict[str, Any]:
    """Whose word counts for where a visitor comes from. A proxy of this machine, where one was announced, tells his
    address and that he came by TLS; without one nobody is believed, and what he says of himself stays visible, so that
    `/metrics` does not take an unannounced proxy for this machine.
    """
    if not proxy:
        return {"clear_untrusted_proxy_headers": False}
    return {
        "trusted_proxy": "127.0.0.1",
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }


def _indexer() -> subprocess.Popen[bytes]:
    """The search index has a process of its own: cutting words must not hold up a page. It ends with our pipe, and in
    a group of its own Ctrl-C in the terminal does not reach it.
    """
    command = [sys.executable, "-m", "huiying.listening.search_process"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0)


def _end(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    child.stdin.close()
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
