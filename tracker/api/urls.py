"""The resources, the busiest first: a route is looked for in this order."""

from django.urls import include, path

from tracker.api import freezes, held_mail, kpis, promises, sites

urlpatterns = [
    path("", include("tracker.api.urls_requests")),
    path("", include("tracker.api.urls_projects")),
    path("", include("tracker.api.urls_backlog")),
    path("", include("tracker.api.urls_cases")),
    path("", include("tracker.api.urls_people")),
    path("", include("tracker.api.urls_imports")),
    path("promises/", promises.PromiseList.as_view()),
    path("promises/<int:number>/", promises.PromiseDetail.as_view()),
    path("policies/", promises.PolicyList.as_view()),
    path("policies/<slug:key>/", promises.PolicyDetail.as_view()),
    path("sites/", sites.SiteList.as_view()),
    path("sites/<slug:key>/", sites.SiteDetail.as_view()),
    path("kpis/", kpis.KpiList.as_view()),
    path("kpis/<int:number>/", kpis.KpiDetail.as_view()),
    path("kpis/<int:number>/retire/", kpis.KpiRetire.as_view()),
    path("kpis/<int:number>/restore/", kpis.KpiRestore.as_view()),
    path("freezes/", freezes.FreezeList.as_view()),
    path("freezes/<int:number>/", freezes.FreezeDetail.as_view()),
    path("freezes/<int:number>/end/", freezes.FreezeEnd.as_view()),
    path("sites/<slug:key>/public/open/", sites.SitePublicOpen.as_view()),
    path("sites/<slug:key>/public/close/", sites.SitePublicClose.as_view()),
    path("areas/", sites.AreaList.as_view()),
    path("areas/<slug:key>/", sites.AreaDetail.as_view()),
    path("held-mail/", held_mail.HeldMailList.as_view()),
    path("held-mail/<int:number>/take/", held_mail.HeldMailTake.as_view()),
    path("held-mail/<int:number>/draft/", held_mail.HeldMailDraft.as_view()),
    path("held-mail/<int:number>/leave/", held_mail.HeldMailLeave.as_view()),
]
