"""Routes of cases, rulings, conditions, limbo and notices."""

from django.urls import path

from tracker.api import escalations, notices, rulings

urlpatterns = [
    path("escalations/", escalations.CaseList.as_view()),
    path("escalations/<str:key>/", escalations.CaseDetail.as_view()),
    path("escalations/<str:key>/take-up/", escalations.CaseTakeUp.as_view()),
    path("escalations/<str:key>/positions/", escalations.CasePositions.as_view()),
    path("escalations/<str:key>/settle/", escalations.CaseSettle.as_view()),
    path("escalations/<str:key>/rule/", escalations.CaseRule.as_view()),
    path("escalations/<str:key>/send-back/", escalations.CaseSendBack.as_view()),
    path("escalations/<str:key>/withdraw/", escalations.CaseWithdraw.as_view()),
    path("rulings/", rulings.RulingList.as_view()),
    path("conditions/", rulings.ConditionList.as_view()),
    path("conditions/<int:number>/meet/", rulings.ConditionMeet.as_view()),
    path("requests/<str:key>/take-up/", rulings.RequestTakeUp.as_view()),
    path("requests/<str:key>/acknowledge/", rulings.RequestAcknowledge.as_view()),
    path("notices/", notices.NoticeList.as_view()),
    path("notices/read/", notices.NoticesRead.as_view()),
    path("limbo/", rulings.LimboView.as_view()),
]
