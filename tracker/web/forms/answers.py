"""What a verb refused, said in the form that asked for it."""

from django import forms

from tracker.kernel.errors import NotAllowed, Refused, Stale

INVALID, STALE = 422, 409


def tell_refusal(form: forms.BaseForm, refused: Refused) -> int:
    """Adds the refusal to its fields, or to the whole form; the status the page is answered with."""
    told = False
    for name, text in refused.fields.items():
        if name in form.fields:
            form.add_error(name, str(text))
            told = True
    if not told:
        form.add_error(None, str(refused))
    if isinstance(refused, NotAllowed):
        return refused.status
    return STALE if isinstance(refused, Stale) else INVALID
