"""One settings file, driven by the environment. Nothing here needs an outside host.

HUIYING_HOME          everything the program keeps (default ./var)
HUIYING_INBOX         the folder whose files are imported by themselves (default HUIYING_HOME/inbox)
HUIYING_DATABASE_URL  moves the database to PostgreSQL
HUIYING_BROKER_URL    RabbitMQ, for `huiying loop` and `huiying worker` (large mode)
HUIYING_BUREAU        how this bureau's queues are called there (default: as its database)
HUIYING_HUB           set by the commands of a hub: the hub file
HUIYING_DEMO          set by `huiying demo` only: demonstration cards on the sign-in page, watermarks, no real channel
HUIYING_HOSTS         names under which staff and public reach the site (comma separated)
HUIYING_EMAIL_URL     the mail server for packs to partner accounts, off where it is not set:
                      smtp://user:password@host:port, smtp+tls://… (STARTTLS), smtps://…; ?from=address of the sender
HUIYING_HTTPS         1 when a TLS proxy stands in front: cookies become secure, HSTS is sent
HUIYING_OIDC_…        an identity service by which people sign in besides their password, off where no issuer is set
HUIYING_LOG, HUIYING_LOG_FORMAT  the level (default WARNING); `json` for lines that a collector reads
HUIYING_CONNECTIONS, HUIYING_CONNECTIONS_EACH, HUIYING_REQUEST_SECONDS  what a slow or greedy visitor may take

Copies, anchors, time and health have variables of their own, listed in docs/operations.md.
"""

import os
import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF

PACKAGE = Path(__file__).resolve().parent
HOME = Path(os.environ.get("HUIYING_HOME", "var")).resolve()
HOME.mkdir(mode=0o700, parents=True, exist_ok=True)


def _secret_key() -> str:
    """The site's signing key, made on first start and kept beside the other keys; there is no default key to forget."""
    keys = HOME / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    path = keys / "site.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        key = secrets.token_urlsafe(50)
        handle.write(key)
    return key


def _flag(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0", "no", "false")


def _whole(name: str, default: int) -> int:
    """A number from 1 on; anything else would silently switch a guard off."""
    told = os.environ.get(name, "").strip() or str(default)
    if not told.isascii() or not told.isdecimal() or int(told) < 1:
        raise ValueError(f"{name}：应为 1 以上的整数")
    return int(told)


SECRET_KEY = _secret_key()
DEBUG = False
DEMO = _flag("HUIYING_DEMO")
HTTPS = _flag("HUIYING_HTTPS")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *filter(None, os.environ.get("HUIYING_HOSTS", "").split(","))]
REGULATION = os.environ.get("HUIYING_REGULATION", "anshan")
# Connections in all, of one address, and the seconds in which a request has to come (cli/connections.py).
CONNECTIONS = {
    "connections": _whole("HUIYING_CONNECTIONS", 512),
    "each": _whole("HUIYING_CONNECTIONS_EACH", 256),
    "head": _whole("HUIYING_REQUEST_SECONDS", 10),
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "huiying.work",
    "huiying.ledger",
    "huiying.people",
    "huiying.listening",
    "huiying.judging",
    "huiying.handling",
    "huiying.responding",
    "huiying.foreseeing",
    "huiying.overseeing",
    "huiying.documents",
    "huiying.keeping",
    "huiying.desk",
    "huiying.portal",
    "huiying.api",
    "huiying.hub",
]

MIDDLEWARE = [
    "huiying.kernel.web.EveryAnswer",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "huiying.kernel.web.OnlyWhatFits",
    "huiying.desk.lock.SessionEnds",
    "huiying.desk.lock.FactorOwed",
    "huiying.desk.second_factor.KnownBrowser",
    "huiying.desk.downloads.RecordedReads",
    "huiying.desk.downloads.FilesAreWhatWasKept",
]

ROOT_URLCONF = "huiying.urls"
WSGI_APPLICATION = "huiying.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "huiying.desk.context.everywhere",
            ],
        },
    }
]

SQLITE_OPTIONS = {
    # Default settings lost half of concurrent transactions; NORMAL can lose the last commits with the power.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
}


# With several machines: what a machine that vanished had locked is free again after about ten seconds, not two hours.
SOON_GONE = "-c tcp_keepalives_idle=4 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"


def _database() -> dict[str, object]:
    url = os.environ.get("HUIYING_DATABASE_URL")
    if url:
        found: dict[str, object] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
        if found.get("ENGINE") == "django.db.backends.postgresql" and os.environ.get("HUIYING_BROKER_URL"):
            found["OPTIONS"] = {"options": SOON_GONE}
        return found
    return {
        "ENGINE": "huiying.kernel.sqlite",
        "NAME": HOME / "huiying.sqlite3",
        "OPTIONS": SQLITE_OPTIONS,
        # Threads of the test's live server share the file, so the test database is a file too.
        "TEST": {"NAME": os.environ.get("HUIYING_TEST_DATABASE") or None},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "huiying.people.guessing.Passwords",
    "django.contrib.auth.backends.ModelBackend",  # whose name sessions carry; passwords are asked before it
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "huiying.people.passwords.NoNameValidator"},
]
LOGIN_URL = "desk:sign_in"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "portal:home"
# Five failures lock a name at an address for a quarter of an hour (DOMAIN.md §6.1 S2); by account and by address, from
# wherever and whatever name, `people/guessing.py` counts.
AXES_CLIENT_IP_CALLABLE = "huiying.people.guessing.client_address"
AXES_WHITELIST_CALLABLE = "huiying.people.guessing.is_known"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "huiying.desk.views.sign_in.locked_out"
# Whoever approves, publishes or manages people signs in with a code besides (S4).
SECOND_FACTOR = os.environ.get("HUIYING_SECOND_FACTOR", "required") != "off"


def _identity_service() -> dict[str, Any]:
    """The parts of HUIYING_OIDC_…; nothing where no issuer is set, and the demonstration asks nobody outside."""
    issuer = os.environ.get("HUIYING_OIDC_ISSUER", "").strip()
    if DEMO or not issuer:
        return {}
    file = os.environ.get("HUIYING_OIDC_CLIENT_SECRET_FILE", "").strip()
    secret = Path(file).read_text("utf-8") if file else os.environ.get("HUIYING_OIDC_CLIENT_SECRET", "")
    told = {
        "issuer": issuer,
        "client_id": os.environ.get("HUIYING_OIDC_CLIENT_ID", "").strip(),
        "client_secret": secret.strip(),
    }
    if not all(told.values()):
        raise ValueError(
            "HUIYING_OIDC_ISSUER：还要有 HUIYING_OIDC_CLIENT_ID 和 HUIYING_OIDC_CLIENT_SECRET（或 …_FILE）"
        )
    counts = os.environ.get("HUIYING_OIDC_SECOND_FACTOR", "").split()
    if not all(re.fullmatch(r"(acr|amr)=\S+", one) for one in counts):
        raise ValueError("HUIYING_OIDC_SECOND_FACTOR：应写成 acr=… 或 amr=…，用空格分隔")
    label = os.environ.get("HUIYING_OIDC_LABEL", "").strip()
    return {**told, "label": label, "counts": frozenset(counts)}


OIDC = _identity_service()
# A session nobody uses is locked, and ends after a shift whatever was done in it (S2, docs/adr/0018).
SESSION_ENDS = True
SESSION_IDLE = timedelta(minutes=_whole("HUIYING_SESSION_IDLE_MINUTES", 15))
SESSION_ABSOLUTE = timedelta(hours=_whole("HUIYING_SESSION_HOURS", 12))
# Who did not sign in for so long is shut out by the loop (S5).
DORMANT_AFTER: timedelta | None = timedelta(days=_whole("HUIYING_DORMANT_DAYS", 90))
SESSION_COOKIE_AGE = int(SESSION_ABSOLUTE.total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Cookies do not know ports: two bureaus of one hub on one machine must not sign each other's people out.
_OWN = os.environ.get("HUIYING_BUREAU", "").replace(".", "_")
SESSION_COOKIE_NAME = f"huiying_session_{_OWN}".rstrip("_")
CSRF_COOKIE_NAME = f"huiying_csrf_{_OWN}".rstrip("_")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
KNOWN_BROWSER_COOKIE = f"huiying_known_{_OWN}".rstrip("_")  # a browser in which somebody was signed in before (S2)
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the picture of an authenticator's secret lies in its page and nowhere else
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"  # shown times follow the regulation's own zone; see kernel and desk filters

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise looks there first; files of the package are found without copying
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "huiying.kernel.jsonlog.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json" if os.environ.get("HUIYING_LOG_FORMAT") == "json" else "plain",
        }
    },
    "root": {"handlers": ["stderr"], "level": os.environ.get("HUIYING_LOG", "WARNING")},
}


def _mail() -> dict[str, object]:
    """The parts of HUIYING_EMAIL_URL; nothing where it is not set, and nothing leaves a demonstration."""
    url = urlsplit(os.environ.get("HUIYING_EMAIL_URL", "").strip())
    if DEMO or not url.hostname:
        return {}
    if url.scheme not in ("smtp", "smtp+tls", "smtps"):
        raise ValueError("HUIYING_EMAIL_URL：应以 smtp://、smtp+tls:// 或 smtps:// 开头")
    user = unquote(url.username or "")
    sender = parse_qs(url.query).get("from", [user if "@" in user else f"huiying@{url.hostname}"])[0]
    return {
        "host": url.hostname,
        "port": url.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[url.scheme],
        "user": user,
        "password": unquote(url.password or ""),
        "tls": url.scheme == "smtp+tls",
        "ssl": url.scheme == "smtps",
        "from": sender,
    }


MAIL = _mail()
EMAIL_HOST = MAIL.get("host", "")
EMAIL_PORT = MAIL.get("port", 25)
EMAIL_HOST_USER = MAIL.get("user", "")
EMAIL_HOST_PASSWORD = MAIL.get("password", "")
EMAIL_USE_TLS = MAIL.get("tls", False)
EMAIL_USE_SSL = MAIL.get("ssl", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = MAIL.get("from", "")
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]
