"""A file on its way out: always to be saved, never to be opened on our own address, and kept by nobody on the way."""

from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from tracker.intake.files import open_file
from tracker.intake.models import Attachment
from tracker.kernel.errors import NotFound

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def send_file(attachment: Attachment) -> FileResponse:
    """Piece by piece; who asks was let in before. Raises NotFound where the bytes are lost."""
    source = open_file(attachment.digest)
    if source is None:
        raise NotFound(_("The bytes of this file are lost. Ask whoever added it for it."))
    kind = attachment.media_type
    text = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    answer = FileResponse(source, as_attachment=True, filename=attachment.name, content_type=text)
    for name, value in HEADERS.items():
        answer.headers[name] = value
    return answer
