from django.urls import path

from tracker.api import backlog_items, ways

urlpatterns = [
    path("backlog-items/", backlog_items.ItemList.as_view()),
    path("backlog-items/<str:key>/", backlog_items.ItemDetail.as_view()),
    path("backlog-items/<str:key>/text/", backlog_items.ItemText.as_view()),
    path("backlog-items/<str:key>/answer/", backlog_items.ItemAnswer.as_view()),
    path("backlog-items/<str:key>/counter/", backlog_items.ItemCounter.as_view()),
    path("backlog-items/<str:key>/accept-counter/", backlog_items.ItemAcceptCounter.as_view()),
    path("backlog-items/<str:key>/decline-counter/", backlog_items.ItemDeclineCounter.as_view()),
    path("backlog-items/<str:key>/start/", backlog_items.ItemStart.as_view()),
    path("backlog-items/<str:key>/ship/", backlog_items.ItemShip.as_view()),
    path("backlog-items/<str:key>/drop/", backlog_items.ItemDrop.as_view()),
    path("backlog-items/<str:key>/measure/", backlog_items.ItemMeasure.as_view()),
    path("backlog-items/<str:key>/move/", backlog_items.ItemMove.as_view()),
    path("backlog-items/<str:key>/rehome/", backlog_items.ItemRehome.as_view()),
    path("backlog-items/<str:key>/checks/<int:check>/decide/", backlog_items.ItemCheckDecide.as_view()),
    path("requests/<str:key>/hosts/", ways.RequestHosts.as_view()),
    path("requests/<str:key>/embed/", ways.RequestEmbed.as_view()),
    path("requests/<str:key>/outrank/", ways.RequestOutrank.as_view()),
]
