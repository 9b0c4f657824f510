"""Reads of cases, shaped for pages: the docket, a case, limbo."""

from tracker.escalations.queries.case import LOADED, CaseFile, Numbers, Spoken, case_of, case_page
from tracker.escalations.queries.desk import OnDesk, cases_at
from tracker.escalations.queries.docket import Docket, DocketRow, docket_of
from tracker.escalations.queries.limbo import Limbo, LimboRow, TeamLimbo, limbo_list, limbo_weeks
from tracker.escalations.queries.similar import similar_rulings
from tracker.escalations.queries.waiting import waited_on, waits_of, way_of

__all__ = [
    "LOADED",
    "CaseFile",
    "Docket",
    "DocketRow",
    "Limbo",
    "LimboRow",
    "Numbers",
    "OnDesk",
    "Spoken",
    "TeamLimbo",
    "case_of",
    "case_page",
    "cases_at",
    "docket_of",
    "limbo_list",
    "limbo_weeks",
    "similar_rulings",
    "waited_on",
    "waits_of",
    "way_of",
]
