"""All settings, read from the environment by django-environ; docs/operations.md lists them.

Without DATABASE_URL and REDIS_URL the product runs on the embedded services of config/embedded.py, and
the keys are made once under VAR_DIR. With them, every key has to be given: a production start that
invents its own keys would lose every ID number at the next host.
"""

from datetime import time
from pathlib import Path
from typing import Any

import environ
import pghistory
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from config import embedded
from config.sealing_keys import read_key, read_keys

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VAR_DIR = embedded.var_dir()
EMBEDDED = embedded.in_use()
DEBUG = env.bool("DEBUG", default=False)


def secret(name: str) -> str:
    """A secret from the environment; in embedded mode, one made once and kept under VAR_DIR."""
    value: str = env.str(name, default="")
    if value:
        return value
    if not EMBEDDED:
        raise ImproperlyConfigured(f"{name} must be set when DATABASE_URL names a real database")
    return embedded.local_secret(name)


SECRET_KEY = secret("SECRET_KEY")
# Key id → 32 bytes in hex. The first seals, all of them open: a key is changed by putting a new one first.
# SEALING_KEY is the short way to write one key, and asked for only when the long one is not given.
SEALING_KEYS = read_keys("SEALING_KEYS", env.str("SEALING_KEYS", default="") or "1:" + secret("SEALING_KEY"))
DIGEST_KEY = read_key("DIGEST_KEY", secret("DIGEST_KEY"))

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "testserver"] if EMBEDDED else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "import_export",
    "django_filters",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "axes",
    "accounts",
    "families",
    "settlement",
    "reports",
    "config",
]

MIDDLEWARE = [
    "accounts.middleware.ClientAddressMiddleware",
    "accounts.middleware.WithoutNulMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.middleware.BrowserRulesMiddleware",
    "reports.middleware.OtherSystemsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.ChineseFirstMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ActingStaffMiddleware",
    "accounts.middleware.SignedInMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Database: one engine everywhere. READ COMMITTED is what the locking of the services relies on:
# under REPEATABLE READ lock-then-count reads the snapshot from before the lock (accounts/checks.py refuses it).
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url_config(env.str("DATABASE_URL", default="") or embedded.urls().database)
}
# A connection that a restarted PostgreSQL left dead in the pool is replaced before it is handed out.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | {
    "pool": {"min_size": 0, "max_size": env.int("DATABASE_POOL_SIZE", default=16), "timeout": 20},
    # Django says None, and then psycopg prepares nothing, not even what asks for it (`accounts.prepared`).
    "prepare_threshold": 5,
    # pgtrigger.ignore: every trigger asks for it and catches the error when it was never set, which costs a look
    # through all deferred checks of the transaction: 20,000 grants at once took 9.8 s without it, and 1.7 s with it.
    # plan_cache_mode: what is prepared is planned once; PostgreSQL would rather plan short arrays anew each time.
    "options": " ".join(
        [
            "-c lock_timeout=10s",
            "-c idle_in_transaction_session_timeout=300s",
            "-c pgtrigger.ignore={}",
            "-c plan_cache_mode=force_generic_plan",
        ]
    ),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="") or embedded.urls().redis
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "gongji",
    }
}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "accounts.tasks.sweep_jobs", "schedule": 20.0, "options": {"expires": 15}},
    "forget-exports": {"task": "reports.tasks.forget_exports", "schedule": 3600.0},
    "export-monthly": {"task": "reports.tasks.export_monthly", "schedule": 600.0, "options": {"expires": 500}},
    "take-in-statements": {
        "task": "settlement.tasks.take_in_statements",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "nights": {"task": "settlement.tasks.go_on_with_nights", "schedule": 60.0, "options": {"expires": 50}},
}

AUTH_USER_MODEL = "accounts.Staff"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "start"
# axes' default locks by address alone, and a bureau shares one: lock the pair instead.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"
# People type their password into the field above it: axes keeps a keyed digest of what stood there.
AXES_USERNAME_CALLABLE = "accounts.sign_in_trail.typed_name"
# Sign-ins are audit events (accounts/sign_in_trail.py); axes' own log and its lists, kept in no scope, are off.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
# How many proxies of ours stand in front: the client's address is that many from the right of X-Forwarded-For.
# 0: the header is anybody's to write and is not read.
PROXY_COUNT = env.int("PROXY_COUNT", default=0)

SESSION_COOKIE_AGE = 9 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not (DEBUG or EMBEDDED)
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not (DEBUG or EMBEDDED))
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0 if DEBUG or EMBEDDED else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
# The second holds the texts of packages that bring no Chinese: ours win, and `make messages` leaves it alone.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "third_party"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Tests serve static files from where they lie; everywhere else collectstatic names them by their content.
STATIC_MANIFEST = env.bool("STATIC_MANIFEST", default=not DEBUG)
WHITENOISE_USE_FINDERS = not STATIC_MANIFEST
STORAGES = {
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
}

UNFOLD = {
    "SITE_TITLE": _("Gongji"),
    "SITE_HEADER": _("Gongji"),
    "SITE_SUBHEADER": _("Family mutual aid"),
    "SITE_SYMBOL": "diversity_3",
    "SITE_URL": None,
    "THEME": "light",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "STYLES": [lambda request: static("gongji/gongji.css")],
    "SCRIPTS": [
        lambda request: static("gongji/gongji.js"),
        lambda request: static("gongji/documents.js"),
    ],
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 200)",
            "100": "oklch(94% .03 200)",
            "200": "oklch(89% .055 200)",
            "300": "oklch(81% .09 200)",
            "400": "oklch(70% .11 202)",
            "500": "oklch(58% .11 204)",
            "600": "oklch(50% .1 206)",
            "700": "oklch(43% .088 208)",
            "800": "oklch(37% .072 210)",
            "900": "oklch(31% .06 212)",
            "950": "oklch(24% .05 214)",
        }
    },
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "config.navigation.sidebar"},
}

# Uploads are held in memory and sealed (in the database, under DOCUMENTS_DIR): no personal data in temporary files.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=50 * 1024 * 1024)
FILE_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES
# Papers of cases, sealed: one directory, shared by every web host, in no directory that a web server hands out.
DOCUMENTS_DIR = Path(env.str("DOCUMENTS_DIR", default="") or VAR_DIR / "documents")
# Where exports are made, in files without names: on the worker's own disk, nobody else's to read.
EXPORTS_DIR = Path(env.str("EXPORTS_DIR", default="") or VAR_DIR / "exports")
# Rows with full ID numbers that one person may export alone; for more, a second one agrees.
FULL_NUMBERS_ALONE_UP_TO = env.int("FULL_NUMBERS_ALONE_UP_TO", default=500)
# Statements of institutions that other programs put there are taken in every minute; empty: none are.
STATEMENTS_DIR = env.str("STATEMENTS_DIR", default="")
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# What one token of another system may ask in a minute; above it waits for the next.
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=120)

# Rights of their own; none of its pages is used (docs/adr/0017).
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "config.log_format.PlainFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "axes": {"level": "WARNING"},
    },
}

# The night waits for the statements of institutions until this hour of the bureau, HH:MM.
STATEMENTS_UNTIL = time.fromisoformat(env.str("STATEMENTS_UNTIL", default="05:00"))
# What a job of each kind calls: `(job, progress) -> result`, inside one transaction with the end of the job.
JOB_KINDS = {
    "check_file": "accounts.services.master_data.run_check",
    "import_codes": "accounts.services.master_data.run_import",
    "import_institutions": "accounts.services.master_data.run_import",
    "import_persons": "accounts.services.master_data.run_import",
    "import_regions": "accounts.services.master_data.run_import",
    "propose_matches": "families.services.duplicates.run_search",
    "turn_day": "families.services.nightly.run_turn_day",
    "check_registrations": "families.services.imports.staging.run_check",
    "correct_registrations": "families.services.imports.corrections.run_corrections",
    "apply_registrations": "families.services.imports.applying.run_apply",
    "undo_registrations": "families.services.imports.undoing.run_undo",
    "load_settlements": "settlement.services.feed.run_load",
    "load_statement": "settlement.services.statements.run_load",
    "load_totals": "settlement.services.totals.run_load",
    "write_error_book": "families.registration_books.kept.run_error_book",
    "return_transfers": "settlement.services.transfer_answers.run_return",
    "export_report": "reports.exporting.run_export",
    "reconcile_day": "settlement.services.night.run_reconcile",
    "audit_ledger": "settlement.services.night.run_audit",
    "morning_report": "settlement.services.night.run_report",
    "refresh_anomalies": "settlement.services.anomalies.run_refresh",
    "refresh_summaries": "reports.services.proving.run_refresh",
}
# History: one JSON context per change (who, by which channel); the events themselves are append-only.
PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_ADMIN_CLASS = "django.contrib.admin.ModelAdmin"
PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = True
