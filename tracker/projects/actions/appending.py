"""Places at the end of the ranking."""

from django.db import connection

from tracker.kernel.ranks import balanced_keys, keys_between, needs_rebalance
from tracker.projects.actions.line import run_locked


def append_ranks(count: int) -> list[str]:
    """Takes the portfolio's lock; so many keys behind the last one, in order. Keys that grew too long are dealt anew."""
    ((last,),) = run_locked("SELECT max(rank) FROM tracker_project", [])
    ranks = keys_between(last, None, count)
    return _deal_with_room(count) if needs_rebalance(max(ranks, key=len)) else ranks


def _deal_with_room(count: int) -> list[str]:
    """All keys anew, with room for `count` more behind them. Two updates: a key may still be somebody else's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM tracker_project ORDER BY rank")
        order = [row[0] for row in cursor.fetchall()]
        ranks = balanced_keys(len(order) + count)
        cursor.execute("UPDATE tracker_project SET rank = '~' || id")
        cursor.execute(
            "UPDATE tracker_project p SET rank = n.rank FROM unnest(%s::bigint[], %s::text[]) n (id, rank)"
            " WHERE p.id = n.id",
            [order, ranks[: len(order)]],
        )
    return ranks[len(order) :]
