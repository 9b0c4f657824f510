"""Structured data of sample pages: read, judged, and kept as evidence of a request."""
