"""What happened to imports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ImportAwaits:
    """A run (id) waits for a worker: to be checked or to be carried out."""

    run: int
