"""For those who watch the machine: alive, and able to serve."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from redis import Redis
from redis.exceptions import RedisError


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 while the database does not answer; a silent broker is told but late is not lost."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = "ok"
    except DatabaseError:
        database = "down"
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=1) as broker:
            broker.ping()
        doorbell = "ok"
    except (RedisError, OSError):
        doorbell = "down"
    status = 200 if database == "ok" else 503
    return JsonResponse({"database": database, "broker": doorbell}, status=status)
