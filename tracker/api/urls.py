from django.urls import path

from tracker.api import sites

urlpatterns = [
    path("sites/", sites.SiteList.as_view()),
    path("sites/<str:key>/", sites.SiteDetail.as_view()),
    path("areas/", sites.AreaList.as_view()),
    path("areas/<str:key>/", sites.AreaDetail.as_view()),
]
