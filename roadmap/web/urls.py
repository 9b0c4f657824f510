"""Pages of the roadmap, and the one that a link opens."""

from django.urls import path

from roadmap.web import plans, products, shares, timeline

urlpatterns = [
    path("roadmap/", products.show_products, name="roadmap"),
    path("roadmap/products/new/", products.new_product, name="product-new"),
    path("roadmap/items/<int:number>/", plans.show_plan, name="plan"),
    path("roadmap/items/<int:number>/edit/", plans.edit_plan, name="plan-edit"),
    path("roadmap/items/<int:number>/move/", plans.move, name="plan-move"),
    path("roadmap/items/<int:number>/tie/", plans.tie, name="plan-tie"),
    path("roadmap/items/<int:number>/untie/", plans.untie, name="plan-untie"),
    path("roadmap/items/<int:number>/close/", plans.close, name="plan-close"),
    path("roadmap/objectives/<int:number>/edit/", products.edit_objective, name="objective-edit"),
    path("roadmap/links/<int:number>/revoke/", shares.revoke, name="link-revoke"),
    path("roadmap/<slug:key>/", products.show_product, name="product"),
    path("roadmap/<slug:key>/timeline/", timeline.show_timeline, name="product-timeline"),
    path("roadmap/<slug:key>/edit/", products.edit_product, name="product-edit"),
    path("roadmap/<slug:key>/objectives/new/", products.new_objective, name="objective-new"),
    path("roadmap/<slug:key>/items/new/", plans.new_plan, name="plan-new"),
    path("roadmap/<slug:key>/links/", shares.show_links, name="product-links"),
    path("roadmap/<slug:key>/links/new/", shares.share, name="link-new"),
    path("shared/<str:secret>/", shares.show_shared, name="shared"),
]
