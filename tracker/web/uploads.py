"""How files come in: in pieces, to disk beyond the first mebibyte, and no further than any page could use them."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

KEPT_OF_FILE = 33 * 1024 * 1024
"""One more than the largest import: beyond it a file is counted, so that its refusal can name the size, and not kept."""
KEPT_OF_FORM = 256 * 1024 * 1024


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Whatever somebody sends, at most KEPT_OF_FILE of one file and KEPT_OF_FORM of one form is written.

    A file that was cut says a size that every form refuses.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.written, self.cut = 0, False

    def new_file(self, *args: Any, **more: Any) -> None:
        self.cut = False
        super().new_file(*args, **more)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        beyond = start + len(raw_data) > KEPT_OF_FILE or self.written + len(raw_data) > KEPT_OF_FORM
        self.cut = self.cut or beyond
        if not self.cut:
            self.written += len(raw_data)
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        return super().file_complete(max(file_size, KEPT_OF_FILE + 1) if self.cut else file_size)
