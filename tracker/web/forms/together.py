"""Forms of what is done to several requests at once, where no single form asks the same."""

from datetime import UTC, datetime, time
from typing import Any

from tracker.web.forms.cases import AcknowledgeForm
from tracker.web.forms.requests import StepForm


class PutOffForm(AcknowledgeForm, StepForm):
    """One day for all late answers."""

    def arguments(self) -> dict[str, Any]:
        return {"until": datetime.combine(self.cleaned_data["until"], time(), UTC)}
