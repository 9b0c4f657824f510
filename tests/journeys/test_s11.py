"""S11: the limbo report: what is undecided and past due, by team, with whose turn it is; and how it becomes shorter."""

from datetime import timedelta

from tests.forms import heading_of, send_form, text_of
from tests.lumen import OnLumenMarket, sign_in
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.promises.models import Promise


class LimboTests(OnLumenMarket):
    def test_everybody_sees_what_is_stuck_and_with_whom(self) -> None:
        late = {ask for ask in Promise.objects.broken().values_list("facts__key", flat=True) if ask}
        assert late, "the demo has something in limbo"
        for role in ("coo", "cmo", "cto"):
            page = sign_in(role).get("/limbo/")
            assert page.status_code == 200
            told = text_of(page)
            listed = {key for key in WorkRequest.objects.undecided().values_list("key", flat=True) if f"{key} " in told}
            assert listed & late
            assert "Mobile" in told or "Web" in told
            assert heading_of(page)[0].isdigit() or "request" in heading_of(page)

    def test_a_decision_takes_a_request_out_of_limbo(self) -> None:
        coo = sign_in("coo")
        stuck = next(
            key
            for key in WorkRequest.objects.undecided().order_by("filed_at").values_list("key", flat=True)
            if f"{key} " in text_of(coo.get("/limbo/"))
        )
        cto = sign_in("cto")
        day = (clock.now() + timedelta(weeks=9)).date().isoformat()
        page = cto.get(f"/triage/?key={stuck}")
        send_form(cto, page, f"/requests/{stuck}/park/", review_on=day, reason="After the wallet passes.")
        assert WorkRequest.objects.get(key=stuck).state == "parked"
        assert f"{stuck} " not in text_of(coo.get("/limbo/"))
