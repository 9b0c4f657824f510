"""Every setting of Tandem, read from the environment; see docs/reference/settings.md."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from tracker.config import env

DATA = env.folder("TANDEM_DATA", "./var")
FILES = env.folder("TANDEM_FILES", str(DATA / "attachments"))
DEMO = env.flag("TANDEM_DEMO")
DEBUG = False
SECRET_KEY = env.text("TANDEM_SECRET_KEY")
HOSTS = env.text("TANDEM_HOSTS", "127.0.0.1,localhost")
ALLOWED_HOSTS = HOSTS.split(",")
ORIGIN = env.text("TANDEM_ORIGIN", f"http://127.0.0.1:{env.text('PORT', '8000')}")
CSRF_TRUSTED_ORIGINS = [ORIGIN]
LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "testserver"}
if DEMO and not LOOPBACK.issuperset(ALLOWED_HOSTS):
    raise ImproperlyConfigured("TANDEM_DEMO=1 signs anybody in with one click: it is refused beyond loopback addresses")
SECURE = ORIGIN.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "tracker",
    "roadmap",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "lucide",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
]
MIDDLEWARE = [
    "tracker.api.doorway.DoorwayMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "tracker.config.assets.AssetMiddleware",
    "tracker.web.middleware.CompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tracker.web.middleware.ReaderMiddleware",
    "tracker.web.first_page.FirstPageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tracker.web.errors.RefusalMiddleware",
]
ROOT_URLCONF = "tracker.config.urls"
WSGI_APPLICATION = "tracker.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "tracker.web.shell.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "tracker.templatetags.elements",
                "tracker.templatetags.acting",
                "tracker.templatetags.charts",
                "tracker.templatetags.drawn",
                "tracker.templatetags.prose",
                "tracker.templatetags.times",
            ],
        },
    }
]

DATABASES: dict[str, Any] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **env.database(env.text("DATABASE_URL")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": "tandem",
            "prepare_threshold": 5,
            "options": "-c statement_timeout=30000 -c lock_timeout=10000 -c timezone=UTC -c plan_cache_mode=force_generic_plan",
        },
    }
}
REDIS_URL = env.text("REDIS_URL")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "tracker.User"
AUTHENTICATION_BACKENDS = ["tracker.web.backend.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "tracker.web.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105  a path
ACCOUNT_RATE_LIMITS = {"follow": "120/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.count("TANDEM_PROXIES")
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"

SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "tandem_session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "tandem_csrf"
CSRF_FAILURE_VIEW = "tracker.web.errors.csrf_failed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "tracker.web.uploads.CappedUploadHandler",
]

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA / "mail"
if "TANDEM_MAIL_URL" in os.environ:
    globals().update(env.mail(env.text("TANDEM_MAIL_URL")))
DEFAULT_FROM_EMAIL = env.text("TANDEM_MAIL_FROM", "Tandem <tandem@localhost>")
MAIL_REPLY = env.address("TANDEM_MAIL_REPLY")

FETCH_ALLOWED = env.allowed(env.text("TANDEM_FETCH_ALLOWED", ""))

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
# Before those of the installed packages, so that a word of theirs never stands in for one of ours.
LOCALE_PATHS = [Path(__file__).parents[2] / package / "locale" for package in ("tracker", "roadmap")]
LANGUAGE_COOKIE_NAME = "tandem_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
PACKED_ASSETS = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "tracker.config.assets.NamedByContent"},
}

CELERY_BROKER_URL = env.broker(REDIS_URL)
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "tick"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tracker.api.bearer.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "tracker.api.schema.Schema",
    "EXCEPTION_HANDLER": "tracker.api.errors.answer_error",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tandem",
    "DESCRIPTION": "The request and roadmap tracker that marketing and IT share.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tracker.api.schema.close_bodies",
    ],
    "ENUM_NAME_OVERRIDES": {
        "CaseOrigin": "tracker.escalations.models.Origin",
        "CaseState": "tracker.escalations.states.CaseState",
        "CheckState": "tracker.launches.models.CheckState",
        "ConditionState": "tracker.escalations.states.ConditionState",
        "ImportState": "tracker.integrations.models.RunState",
        "ItemState": "tracker.backlog.states.ItemState",
        "OldTicketState": "tracker.integrations.groups.STANDINGS",
        "PlanOrigin": "roadmap.products.models.Origin",
        "ProjectStage": "tracker.projects.models.Stage",
        "PromiseKind": "tracker.promises.models.Kind",
        "RequestState": "tracker.intake.states.State",
        "RulingChoice": "tracker.escalations.models.CHOICES",
        "RulingKind": "tracker.escalations.models.RulingKind",
    },
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("TANDEM_LOG", "WARNING")},
}
