"""Writes docs/reference out of the tables it speaks of; tests/architecture/test_docs.py keeps it fresh."""
