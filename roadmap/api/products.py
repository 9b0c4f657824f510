"""Products, their objectives, and the links to their roadmaps."""

from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from roadmap.products import actions
from roadmap.products.models import Objective, Product, ShareLink
from tracker.api.briefs import NothingIn, PersonBrief
from tracker.api.paging import LATEST_FIRST, answer_list, exact
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, person
from tracker.kernel.errors import Invalid, NotFound
from tracker.people.models import User

PRODUCT: Fields = {
    "key": "key",
    "name": "name",
    "vision": "vision",
    "business_owner": person("business_owner"),
    "delivery_owner": person("delivery_owner"),
    "version": "version",
}
OBJECTIVE: Fields = {
    "id": "id",
    "product": "product__key",
    "title": "title",
    "kpi": "kpi",
    "baseline": "baseline",
    "target": "target",
    "due_on": "due_on",
    "position": "position",
    "version": "version",
}
LINK: Fields = {
    "id": "id",
    "product": "product__key",
    "made_by": person("made_by"),
    "made_at": "made_at",
    "expires_at": "expires_at",
    "revoked_at": "revoked_at",
    "version": "version",
}
NUMBER: dict[str, Any] = {"min_value": 1, "max_value": 2**31}


class ProductEdit(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    vision = serializers.CharField(max_length=300, allow_blank=True, required=False)
    business_owner = serializers.IntegerField(**NUMBER)
    delivery_owner = serializers.IntegerField(**NUMBER)


class ProductIn(ProductEdit):
    key = serializers.SlugField(max_length=30, required=False)


class ProductOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    vision = serializers.CharField()
    business_owner = PersonBrief()
    delivery_owner = PersonBrief()
    version = serializers.IntegerField()


class ObjectiveEdit(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    kpi = serializers.CharField(max_length=120, allow_blank=True, required=False)
    baseline = serializers.DecimalField(max_digits=16, decimal_places=4, allow_null=True, required=False)
    target = serializers.DecimalField(max_digits=16, decimal_places=4, allow_null=True, required=False)
    due_on = serializers.DateField(allow_null=True, required=False)


class ObjectiveIn(ObjectiveEdit):
    product = serializers.SlugField(max_length=30)


class ObjectiveOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    product = serializers.CharField()
    title = serializers.CharField()
    kpi = serializers.CharField()
    baseline = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    position = serializers.IntegerField()
    version = serializers.IntegerField()


class ShareIn(serializers.Serializer[Any]):
    days = serializers.IntegerField(min_value=1, max_value=actions.LONGEST_DAYS, required=False)


class ShareOut(serializers.Serializer[Any]):
    """`secret` is told once: a call that is repeated with the same Idempotency-Key is answered with null."""

    id = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    secret = serializers.CharField(allow_null=True)
    path = serializers.CharField(allow_null=True)


class LinkOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    product = serializers.CharField()
    made_by = PersonBrief()
    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class Products(Resource):
    shape = PRODUCT

    def rows(self) -> QuerySet[Product]:
        return Product.objects.visible_to(self.viewer)

    def owners(self, given: dict[str, Any]) -> dict[str, Any]:
        """Numbers of people as people, in one statement; raises Invalid for whom there is not."""
        named: dict[str, int] = {name: given[name] for name in ("business_owner", "delivery_owner") if name in given}
        if not named:
            return given
        found = {one.pk: one for one in User.objects.active().filter(pk__in=named.values())}
        missing = _("There is no such record.")
        wrong = {name: missing for name, number in named.items() if number not in found}
        if wrong:
            raise Invalid(missing, fields=wrong)
        return given | {name: found[number] for name, number in named.items()}


class ProductList(Products):
    filters = {"key": exact("key")}
    orders = LATEST_FIRST

    @extend_schema(responses=ProductOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """All products, in pages."""
        subjects = ["product", "user"]
        return answer_list(request, self.rows, PRODUCT, subjects=subjects, filters=self.filters, orders=self.orders)

    @extend_schema(request=ProductIn, responses={201: ProductOut})
    def post(self, request: HttpRequest) -> HttpResponse:
        """Adds a product with an owner on each side; without a key one is made of its name."""
        given = self.owners(self.read(ProductIn))
        return self.once(lambda: self.show(actions.add_product(actor=self.viewer, at=self.at, **given).key, status=201))


class ProductDetail(Products):
    @extend_schema(responses=ProductOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """One product."""
        return self.show(key)

    @extend_schema(request=ProductEdit, responses=ProductOut)
    def patch(self, request: HttpRequest, key: str) -> HttpResponse:
        """Changes the fields that are sent."""
        expected = self.expected()
        changes = self.owners(self.read(ProductEdit, partial=True))
        actions.edit_product(actor=self.viewer, at=self.at, product=self.find(key), expected=expected, changes=changes)
        return self.show(key)


class ProductShare(Products):
    tagged = False

    @extend_schema(request=ShareIn, responses={201: ShareOut})
    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Makes a link that opens the roadmap without an account, by default for 30 days; its secret is told once."""
        given = self.read(ShareIn) | {"expected": self.expected(needed=False)}
        told: dict[str, Any] = {}

        def effect() -> HttpResponse:
            link, secret = actions.share_roadmap(actor=self.viewer, at=self.at, product=self.find(key), **given)
            kept = {"id": link.pk, "expires_at": link.expires_at}
            told.update(kept, secret=secret, path=f"/shared/{secret}/")
            return self.answer({**kept, "secret": None, "path": None}, status=201)

        answer = self.once(effect)
        # The answer that is kept for repetitions is the one without the secret.
        return self.answer(told, status=201) if told else answer


class Objectives(Resource):
    shape = OBJECTIVE
    lookup = "number"

    def rows(self) -> QuerySet[Objective]:
        return Objective.objects.visible_to(self.viewer).annotate(number=Cast("pk", TextField()))


class ObjectiveList(Objectives):
    filters = {"product": exact("product__key", "Key of its product.")}
    orders = LATEST_FIRST

    @extend_schema(responses=ObjectiveOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """All objectives, in pages."""
        subjects = ["objective", "product"]
        return answer_list(request, self.rows, OBJECTIVE, subjects=subjects, filters=self.filters, orders=self.orders)

    @extend_schema(request=ObjectiveIn, responses={201: ObjectiveOut})
    def post(self, request: HttpRequest) -> HttpResponse:
        """Adds an objective behind the others of its product."""
        given = self.read(ObjectiveIn)
        given["product"] = product_of(given["product"])
        return self.once(
            lambda: self.show(str(actions.add_objective(actor=self.viewer, at=self.at, **given).pk), status=201)
        )


def product_of(key: str) -> Product:
    """For verbs that ask for the power over it."""
    found = Product.objects.filter(key=key).first()
    if found is None:
        text = _("There is no such record.")
        raise Invalid(text, fields={"product": text})
    return found


class ObjectiveDetail(Objectives):
    @extend_schema(responses=ObjectiveOut)
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """One objective."""
        return self.show(str(number))

    @extend_schema(request=ObjectiveEdit, responses=ObjectiveOut)
    def patch(self, request: HttpRequest, number: int) -> HttpResponse:
        """Changes the fields that are sent."""
        expected = self.expected()
        objective = self.find(str(number), self.rows().select_related("product"))
        changes = self.read(ObjectiveEdit, partial=True)
        actions.edit_objective(actor=self.viewer, at=self.at, objective=objective, expected=expected, changes=changes)
        return self.show(str(number))


class Links(Resource):
    shape = LINK
    lookup = "number"

    def rows(self) -> QuerySet[ShareLink]:
        return ShareLink.objects.visible_to(self.viewer).annotate(number=Cast("pk", TextField()))


class LinkList(Links):
    filters = {"product": exact("product__key", "Key of its product.")}
    orders = LATEST_FIRST

    @extend_schema(responses=LinkOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """The links to roadmaps that you may share, in pages; their secrets are not kept."""
        subjects = ["share-link", "product", "user"]
        return answer_list(request, self.rows, LINK, subjects=subjects, filters=self.filters, orders=self.orders)


class LinkDetail(Links):
    @extend_schema(responses=LinkOut)
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """One link, without its secret."""
        return self.show(str(number))


class LinkRevoke(Links):
    @extend_schema(request=NothingIn, responses=LinkOut)
    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """The link opens nothing any more."""
        self.read(NothingIn)
        expected = self.expected(needed=False)

        def effect() -> HttpResponse:
            link = self.rows().select_related("product").filter(pk=number).first()
            if link is None:
                raise NotFound(_("There is no such record."))
            actions.revoke_share(actor=self.viewer, at=self.at, link=link, expected=expected)
            return self.show(str(number))

        return self.once(effect)
