"""What came of the calls that the shops missed: called again, called back, called back too late, a withheld number."""

from __future__ import annotations

from demo import clock
from demo.defects import Report
from demo.people import Dice
from demo.world import World


def callers_come_back(dice: Dice, world: World, report: Report) -> None:
    """Some of the shops' answered calls were with somebody whose call had been missed before, known by the number alone.

    No call is added: an answered call takes the number of a missed one, and where the shop rang back it is an outgoing one.
    """
    calls = [a for a in world.crm.activities if a.queue]
    free = [a for a in calls if a.answered]
    again, back, late, withheld = [], [], [], []
    for missed in [a for a in calls if not a.answered]:
        draw, days = dice.u(), dice.u()
        if draw < 0.06:
            missed.phone = None
            withheld.append(missed.activity_id)
            continue
        too_late = 0.46 <= draw < 0.5
        since = missed.started + (8 + 12 * days if too_late else 4 * days**4) * clock.DAY
        until = missed.started + (25 if too_late else 6) * clock.DAY
        talk = next((a for a in free if since <= a.started < until), None)
        if draw >= 0.5 or talk is None:
            continue
        free.remove(talk)
        talk.phone = missed.phone
        if draw < 0.28:
            again.append(missed.activity_id)
            continue
        talk.direction, talk.wait, talk.ended = "out", 0, talk.ended - talk.wait
        (late if too_late else back).append(missed.activity_id)
    for name, what, ids in (
        ("callers_who_called_again", "a caller whom the shop missed called again and was answered", again),
        (
            "callers_called_back",
            "the shop called back: the number alone ties the calls, and nobody says who called",
            back,
        ),
        ("callers_called_back_too_late", "the shop called back after more than a week: the call was lost", late),
        ("callers_without_a_number", "missed calls of a withheld number: nobody knows what came of them", withheld),
    ):
        report.note(name, what, "files.calls", [f"PBX-{k}" for k in ids])
