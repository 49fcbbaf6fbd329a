"""The one settings file. What is to be chosen is an environment variable with an embedded default; production needs a secret key."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from environ import Env
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from config.clock import machine_time_zone
from config.environment import address, database, flag, hosts, listed, make_writable, number, text
from config.secret import kept_secret

BASE_DIR = Path(__file__).resolve().parent.parent
# What a running instance writes: database, broker socket and journal, collected static files, logs.
VAR_DIR = Path(text("LEMMA_VAR", str(BASE_DIR / "var"))).resolve()

DEBUG = flag("DEBUG")

_DATABASE_URL = database("DATABASE_URL")
PRODUCTION = bool(_DATABASE_URL)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("Unset DEBUG: a production instance (DATABASE_URL is set) does not start with it.")
if not (PRODUCTION and VAR_DIR.exists()):  # a web process that only reads it will do there
    make_writable(VAR_DIR, "LEMMA_VAR")


def _secret_key() -> str:
    """`SECRET_KEY`, or for the embedded profile a random one that is made once and kept in a 0600 file."""
    key = text("SECRET_KEY")
    if PRODUCTION and (len(key) < 50 or len(set(key)) < 5 or "insecure" in key):
        raise ImproperlyConfigured("Set SECRET_KEY to 50 random characters or more: a production instance does not start without.")
    return key or kept_secret(VAR_DIR / "secret-key")


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = hosts("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = listed("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic.runserver_nostatic",
    "config.apps.StaticFiles",
    "channels",
    "django_htmx",
    "accounts",
    "grading",
    "tutor",
    "practice",
    "training",
]

MIDDLEWARE = [
    "config.cors.ApiForPages",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LogInFirst",
    "accounts.middleware.NoPageStays",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.errors.MethodNotAllowed",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["grading.templatetags.points"],
        },
    },
]

# --- Storage -----------------------------------------------------------------------------------------------------------

if PRODUCTION:
    DATABASES = {"default": Env.db_url_config(_DATABASE_URL) | {"CONN_HEALTH_CHECKS": True}}
    # To open a connection costs more than most queries. The address may have options of its own, as ?sslmode=require.
    # The pool doubles its pauses while the server is away; who asks for a connection after it gave up has it try again at once.
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 2, "max_size": 20, "timeout": 10, "reconnect_timeout": 3}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "lemma.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",  # a deferred transaction that upgrades to a write fails at once when busy
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
            },
            "TEST": {"NAME": VAR_DIR / f"test-{os.getpid()}.sqlite3"},  # a file: live servers and worker threads share it
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Broker and channel layer: Redis by URL, or the embedded Valkey's unix socket ---------------------------------------

VALKEY_SOCKET = VAR_DIR / "valkey.sock"
_GIVEN_BROKER = address("REDIS_URL", ("redis", "rediss", "unix"))
EMBEDDED_BROKER = not _GIVEN_BROKER
REDIS_URL = _GIVEN_BROKER or f"unix://{VALKEY_SOCKET}"
if REDIS_URL.startswith("rediss://") and "ssl_" not in REDIS_URL.partition("?")[2]:
    REDIS_URL += f"{'&' if '?' in REDIS_URL else '?'}ssl_cert_reqs=required"  # or else Celery takes any certificate, and the sockets do not
# A bell that does not go through is not worth waiting for: the sockets look into the database.
_LAYER_HOST = {"address": REDIS_URL, "socket_connect_timeout": 1, "socket_timeout": 2, "retry": Retry(NoBackoff(), 1)}
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [_LAYER_HOST], "prefix": "lemma"}}
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)

# --- Accounts and security ----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
PASSWORD_RESET_TIMEOUT = 30 * 86_400  # seconds: a slip of paper with a first log-in's link may lie about for a while
PASSWORD_HASHERS = ["accounts.hashers.Argon2"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "tutor:home"
LOGOUT_REDIRECT_URL = "accounts:login"

# Nothing from other hosts. KaTeX and MathLive set styles from script (CSSOM), which style-src allows; their HTML needs no inline style.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}
HTTPS = flag("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # browsers' preload lists take whole domains; a school's server is rarely one
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

# --- Language and static files ------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = text("TIME_ZONE", machine_time_zone())  # due dates are said and read in it

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/dompurify", NODE_MODULES / "dompurify/dist"),
    ("vendor/highlight", NODE_MODULES / "@highlightjs/cdn-assets/es"),
    ("vendor/inter", NODE_MODULES / "@fontsource-variable/inter/files"),
    ("vendor/katex", NODE_MODULES / "katex/dist"),
    ("vendor/markdown-it", NODE_MODULES / "markdown-it/dist/browser"),
    ("vendor/mathlive", NODE_MODULES / "mathlive"),
]
# Names with hashes, so that browsers keep files for good; every URL goes through {% static %} (modules: the import map).
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
}

# --- Solving ------------------------------------------------------------------------------------------------------------

ENGINE_URL = address("ENGINE_URL", ("http", "https"))  # an OpenAI-compatible server's base, as http://gpu:8000/v1; "": the embedded engine
ENGINE_MODEL = text("ENGINE_MODEL")  # the model to ask that server for; "" is the first that it lists
ENGINE_API_KEY = text("ENGINE_API_KEY")
REWARD_URL = address("REWARD_URL", ("http", "https"))  # a vLLM server's base, as http://gpu:8001, that was started with --runner pooling
REWARD_MODEL = text("REWARD_MODEL")  # that server's name for it ("" is its first); without REWARD_URL a folder or a hub's name
REWARD_API_KEY = text("REWARD_API_KEY")
REWARD_PRECISION = text("REWARD_PRECISION", "auto")  # of a model without REWARD_URL: float32, bfloat16, float16, int8, int4
TURNS_PER_WORKER = number("TURNS_PER_WORKER", 32, least=1)  # turns that one worker process solves side by side
ACTIVE_TURNS_PER_USER = number("ACTIVE_TURNS_PER_USER", 4, least=1)  # queued or running; further questions are refused until one ends
LEASE_SECONDS = number("LEASE_SECONDS", 10.0, least=1.0)  # a worker that is silent for so long loses its turns to others
QUEUE_LIMIT = number("QUEUE_LIMIT", 500, least=1)  # queued turns of everybody together, and as many for the background
QUESTION_LIMIT = 8_000  # characters
API_REQUESTS_A_MINUTE = number("API_REQUESTS_A_MINUTE", 60, least=0)  # of one person
API_TOKENS_A_DAY = number("API_TOKENS_A_DAY", 1_000_000, least=0)  # generated for one person
KEY_SAMPLES = number("KEY_SAMPLES", 3, least=1)  # solutions in words, and as many with Python, that make the key of a lesson's problem
BEST_OF_SECONDS = number("BEST_OF_SECONDS", 240.0, least=1.0)  # then the best of what is complete of a best-of-N turn is taken
BACKGROUND_SECONDS = number("BACKGROUND_SECONDS", 1_800.0, least=1.0)  # the same for a turn in the background
BACKGROUND_TOGETHER = number("BACKGROUND_TOGETHER", 4, least=1)  # candidates of it that are written at once
BACKGROUND_TURNS = number("BACKGROUND_TURNS", 2, least=1)  # turns in the background that one worker process solves side by side

# --- Classes and grading ------------------------------------------------------------------------------------------------

CLASS_LIMIT = 1_000  # students of one class
WORK_LIMIT = 20_000  # characters of one submission
DATA_UPLOAD_MAX_NUMBER_FILES = 500  # of one request: a folder with a class's work
STEPS_LIMIT = 200  # steps of one submission
GRADING_SLOTS = number("GRADING_SLOTS", 2, least=1)  # submissions that one worker process checks side by side
SAMPLES_PER_PROBLEM = number("SAMPLES_PER_PROBLEM", 8, least=0)  # solutions of an assigned problem that the model is asked for; 0: none

# --- Training -----------------------------------------------------------------------------------------------------------

TRAINING_START_ROWS = number("TRAINING_START_ROWS", 0, least=0)  # marks of teachers, new since the last such run, that start one; 0: none
TRAINING_START_RECIPE = text("TRAINING_START_RECIPE", "one-gpu")

CELERY_WORKER_POOL = "threads"  # the turns share one engine, one sandbox and one event loop
CELERY_WORKER_CONCURRENCY = TURNS_PER_WORKER

# Django's own logging tells of a failed request only where DEBUG is on; httpx writes a line for each request.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING"}, "httpx": {"level": "WARNING"}},
}
