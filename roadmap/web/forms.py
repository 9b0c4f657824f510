"""Forms of products, objectives, items of the roadmap and links to it."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from roadmap.products.models import Horizon, Objective, Origin, Product, RoadmapItem
from roadmap.products.states import PlanState
from tracker.people.models import Side, User

LIFE = [(7, _("a week")), (30, _("30 days")), (90, _("90 days")), (365, _("a year"))]


def people_of_side(side: str) -> QuerySet[User]:
    return User.objects.active().filter(team__side=side)


class ProductForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=80)
    vision = forms.CharField(
        label=_("Vision"), max_length=300, required=False, help_text=_("What will be different once it has worked.")
    )
    business_owner = forms.ModelChoiceField(people_of_side(Side.MARKETING), label=_("Business owner"))
    delivery_owner = forms.ModelChoiceField(people_of_side(Side.TECHNOLOGY), label=_("Delivery owner"))


def shown_product(product: Product) -> dict[str, Any]:
    return {
        "name": product.name,
        "vision": product.vision,
        "business_owner": product.business_owner_id,
        "delivery_owner": product.delivery_owner_id,
    }


class ObjectiveForm(forms.Form):
    title = forms.CharField(label=_("Objective"), max_length=200)
    kpi = forms.CharField(label=_("KPI"), max_length=120, required=False)
    baseline = forms.DecimalField(label=_("Baseline"), required=False, max_digits=16, decimal_places=4)
    target = forms.DecimalField(label=_("Target"), required=False, max_digits=16, decimal_places=4)
    due_on = forms.DateField(label=_("Target date"), required=False, widget=forms.DateInput)


class PlanForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200)
    objective = forms.ModelChoiceField(
        Objective.objects.none(), label=_("Objective"), required=False, empty_label=_("none")
    )
    origin = forms.ChoiceField(label=_("Where it came from"), choices=Origin.choices, initial=Origin.USERS)
    starts_on = forms.DateField(label=_("Start"), required=False, widget=forms.DateInput)
    ends_on = forms.DateField(label=_("End"), required=False, widget=forms.DateInput)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For colleagues: whoever reads by a link does not see it."),
    )

    def offer(self, product: Product) -> None:
        field = cast("forms.ModelChoiceField[Objective]", self.fields["objective"])
        field.queryset = Objective.objects.filter(product=product)


class NewPlanForm(PlanForm):
    horizon = forms.ChoiceField(label=_("When"), choices=Horizon.choices, initial=Horizon.LATER)
    field_order = ("title", "horizon", "objective", "origin", "starts_on", "ends_on", "note")


def shown_plan(plan: RoadmapItem) -> dict[str, Any]:
    names = ("title", "origin", "starts_on", "ends_on", "note")
    return {"objective": plan.objective_id, **{name: getattr(plan, name) for name in names}}


class TieForm(forms.Form):
    key = forms.CharField(
        label=_("Backlog item or project"), max_length=24, help_text=_("Its key, such as I-12 or P-24.")
    )


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(choices=[(PlanState.DONE, ""), (PlanState.DROPPED, "")], widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why"), max_length=300, required=False)


class ShareForm(forms.Form):
    days = forms.TypedChoiceField(label=_("It works for"), choices=LIFE, coerce=int, initial=30)
