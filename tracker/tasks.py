"""Every background job, one call each; and the table of what the scheduler rings, in seconds."""

BEAT: dict[str, dict[str, object]] = {}
