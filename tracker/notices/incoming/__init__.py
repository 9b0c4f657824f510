"""A message from outside, read: who sends it, what it answers, what it says, what came along. Nothing here asks a database."""

from tracker.notices.incoming.messages import MOST_BYTES, Brought, Incoming, NoMessage, read_message

__all__ = ["MOST_BYTES", "Brought", "Incoming", "NoMessage", "read_message"]
