"""python manage.py receive_mail [--to ADDRESS] < message: takes one message from the pipe of a mail server."""

import logging
import os
import sys
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError

from tracker.kernel import clock
from tracker.notices.actions import HeldFull, receive_mail
from tracker.notices.incoming import MOST_BYTES, Incoming, NoMessage, read_message

log = logging.getLogger("tandem.mail")
PIECE = 64 * 1024
KEPT_OF_HUGE = 256 * 1024


class Command(BaseCommand):
    help = (
        "Takes one message on standard input, as mail servers pipe it: an answer to a mail becomes a comment, what nobody "
        "is known to have sent is held. Ends with 0 where it is taken, held or left, 65 where it is no message, 75 where "
        "it is to be tried again."
    )
    requires_system_checks = ()
    stealth_options = ("stdin",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", default="", help="the address that it was sent to, where no header tells")

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(self.receive(options.get("stdin") or sys.stdin.buffer, options["to"]))

    def receive(self, source: IO[bytes], recipient: str) -> int:
        try:
            raw, whole = read_pipe(source)
        except OSError as broken:
            log.warning("a message broke off: %s", broken)
            self.stderr.write("The message broke off: try again.")
            return os.EX_TEMPFAIL
        try:
            message = read_somehow(raw, whole, recipient)
        except NoMessage:
            self.stderr.write("This is no message: nothing says who sends it.")
            return os.EX_DATAERR
        try:
            outcome = receive_mail(at=clock.now(), message=message)
        except HeldFull:
            self.stderr.write("Too much mail is held: try again once somebody has seen to it.")
            return os.EX_TEMPFAIL
        except (DatabaseError, InterfaceError, OSError) as broken:
            log.warning("a message waits: %s", broken)
            self.stderr.write("The database or the disk is away: try again.")
            return os.EX_TEMPFAIL
        except Exception:
            log.exception("a message could not be received")
            self.stderr.write("It could not be received; the log says why. Try again.")
            return os.EX_TEMPFAIL
        self.stdout.write(f"{outcome.word}: {outcome.about}" if outcome.about else outcome.word)
        return os.EX_OK


def read_somehow(raw: bytes, whole: bool, recipient: str) -> Incoming:
    """Whatever its reader trips over: then its headers alone, so that it is held and not sent again for ever."""
    try:
        return read_message(raw, whole=whole, recipient=recipient)
    except NoMessage:
        raise
    except Exception:
        log.exception("a message is too broken to be read as a whole")
    try:
        return read_message(raw, whole=False, recipient=recipient)
    except NoMessage:
        raise
    except Exception as broken:
        log.exception("a message is too broken to be read at all")
        raise NoMessage from broken


def read_pipe(source: IO[bytes]) -> tuple[bytes, bool]:
    """The message and whether it is whole. What is too much is read to its end, so that the pipe does not break, and only
    its beginning is kept."""
    kept, count = bytearray(), 0
    while piece := source.read(PIECE):
        count += len(piece)
        if count <= MOST_BYTES:
            kept += piece
    whole = count <= MOST_BYTES
    return bytes(kept if whole else kept[:KEPT_OF_HUGE]), whole
