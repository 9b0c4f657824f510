"""For those who watch the machine: alive, and able to serve."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from redis import Redis
from redis.exceptions import RedisError

from tracker.kernel import clock
from tracker.kernel.heartbeat import last_heartbeat
from tracker.notices.queries import read_outbox
from tracker.promises.actions.firing import SWEEP
from tracker.promises.queries import oldest_overdue


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether the promises are swept, asked of the database alone, so that it is told while every worker is dead.

    503 where a step is more than five minutes late or the database does not answer. Times are ISO 8601 in UTC.
    """
    try:
        at = clock.now()
        late = oldest_overdue(at)
        swept, outbox = last_heartbeat(SWEEP), read_outbox().oldest
    except DatabaseError:
        return JsonResponse({"status": "database down"}, status=503)
    told = {"status": "late" if late else "ok", "oldest_overdue": late, "last_sweep": swept, "oldest_unmailed": outbox}
    return JsonResponse(told, status=503 if late else 200)


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
