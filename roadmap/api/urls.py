"""Routes of products, objectives, items of roadmaps and links to them."""

from django.urls import path

from roadmap.api import plans, products

urlpatterns = [
    path("products/", products.ProductList.as_view()),
    path("products/<slug:key>/", products.ProductDetail.as_view()),
    path("products/<slug:key>/roadmap/", plans.ProductRoadmap.as_view()),
    path("products/<slug:key>/share/", products.ProductShare.as_view()),
    path("objectives/", products.ObjectiveList.as_view()),
    path("objectives/<int:number>/", products.ObjectiveDetail.as_view()),
    path("roadmap-items/", plans.PlanList.as_view()),
    path("roadmap-items/<int:number>/", plans.PlanDetail.as_view()),
    path("roadmap-items/<int:number>/move/", plans.PlanMove.as_view()),
    path("roadmap-items/<int:number>/tie/", plans.PlanTie.as_view()),
    path("roadmap-items/<int:number>/untie/", plans.PlanUntie.as_view()),
    path("roadmap-items/<int:number>/close/", plans.PlanClose.as_view()),
    path("share-links/", products.LinkList.as_view()),
    path("share-links/<int:number>/", products.LinkDetail.as_view()),
    path("share-links/<int:number>/revoke/", products.LinkRevoke.as_view()),
]
