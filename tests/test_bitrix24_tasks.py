"""Tasks of Bitrix24 on to the KPIs of delivery: a company small enough to count by hand.

In March 2026 by the clock of Moscow. Sprint 4 of the group Сайт goes from the 2nd to the 14th; sprint 5 has no days yet.

| task | is | history |
|---|---|---|
| 1 | 5 points, in sprint 4 | made on the 2nd; in work 3, 10:00 to 18:00; then awaits its control until 4, 10:00: 8 hours of 24 |
| 2 | a bug, in sprint 4, without points | made on the 5th; in work 6, 10:00 to 12:00; put off; in work 7, 10:00 to 14:00: 6 hours of 28 |
| 3 | 3 points, in sprint 4 | made on the 2nd and never begun; loaded twice |
| 4 | of no group | made on the 3rd and deleted |
| 5 | of no group | made on the 3rd, completed on the 9th at 12:00, and its history is not there: no hours |

One change of task 1 has no day, and one point is the word many, which is left out.
"""

import pytest

from tests.warehouse import accounted, built_of, rows, write_csv

CSV = {
    "bitrix24_tasks/tasks_task/1": """id,groupId,groupName,sprintId,status,tags,createdDate,changedDate,statusChangedDate,responsibleId,_deleted,_loaded_at
1,5,Сайт,4,5,[],2026-03-02T10:00:00+03:00,2026-03-04T10:00:00+03:00,2026-03-04T10:00:00+03:00,7,,2026-03-10T03:00:00Z
2,5,Сайт,4,5,"[""срочно"",""Баг""]",2026-03-05T10:00:00+03:00,2026-03-07T14:00:00+03:00,2026-03-07T14:00:00+03:00,8,,2026-03-10T03:00:00Z
3,5,Портал,0,2,[],2026-03-02T10:00:00+03:00,2026-03-02T10:00:00+03:00,,7,,2026-03-03T03:00:00Z
3,5,Сайт,4,2,[],2026-03-02T10:00:00+03:00,2026-03-02T12:00:00+03:00,,7,,2026-03-10T03:00:00Z
4,0,,0,2,[],2026-03-03T10:00:00+03:00,2026-03-03T10:00:00+03:00,,7,,2026-03-10T03:00:00Z
4,,,,,,,,,,Y,2026-03-11T03:00:00Z
5,0,,0,5,[],2026-03-03T10:00:00+03:00,2026-03-09T12:00:00+03:00,2026-03-09T12:00:00+03:00,7,,2026-03-10T03:00:00Z
""",
    "bitrix24_tasks/tasks_history/1": """id,taskId,createdDate,fromStatus,toStatus,_loaded_at
11,1,2026-03-03T10:00:00+03:00,2,3,2026-03-10T03:00:00Z
12,1,2026-03-03T18:00:00+03:00,3,4,2026-03-10T03:00:00Z
13,1,2026-03-04T10:00:00+03:00,4,5,2026-03-10T03:00:00Z
14,2,2026-03-06T10:00:00+03:00,2,3,2026-03-10T03:00:00Z
15,2,2026-03-06T12:00:00+03:00,3,6,2026-03-10T03:00:00Z
16,2,2026-03-07T10:00:00+03:00,6,3,2026-03-10T03:00:00Z
17,2,2026-03-07T14:00:00+03:00,3,5,2026-03-10T03:00:00Z
18,1,вчера,5,2,2026-03-10T03:00:00Z
""",
    "bitrix24_tasks/scrum_task/1": """id,storyPoints,_loaded_at
1,5,2026-03-10T03:00:00Z
2,много,2026-03-10T03:00:00Z
3,3,2026-03-10T03:00:00Z
""",
    "bitrix24_tasks/scrum_sprint/1": """id,groupId,name,status,dateStart,dateEnd,_loaded_at
4,5,Спринт 1,completed,2026-03-01T21:00:00+00:00,2026-03-13T21:00:00+00:00,2026-03-15T03:00:00Z
5,5,Спринт 2,planned,,,2026-03-15T03:00:00Z
""",
    "files/employees/1": "employee_id,name,team,source_system\n7,Анна,разработка,bitrix24\n8,Борис,разработка,bitrix24\n",
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """What is made of this company's tasks."""
    folder = tmp_path_factory.mktemp("tasks")
    write_csv(folder / "raw", CSV)
    with built_of(folder, "bitrix24_tasks files", unit_tests=3) as connection:
        yield connection


@pytest.mark.parametrize(
    ("table", "statuses"),
    [
        ("tasks_task", {"accepted": 4, "superseded": 2, "deleted": 1}),
        ("tasks_history", {"accepted": 7, "rejected": 1}),
        ("scrum_task", {"accepted": 3}),
        ("scrum_sprint", {"accepted": 2}),
    ],
)
def test_every_raw_row_is_accounted_for(warehouse, table, statuses):
    """Of 7 rows of tasks one is of an older version, and two are of the deleted task: 4 tasks."""
    found = rows(warehouse, f"select row_status, count(*) from staging.base_bitrix24_tasks__{table} group by all")
    assert dict(found) == statuses


def test_no_row_is_lost(warehouse):
    tied_out = {
        table: is_tied_out for source, table, *_, is_tied_out in accounted(warehouse) if source == "bitrix24_tasks"
    }
    assert tied_out == dict.fromkeys(("tasks_task", "tasks_history", "scrum_task", "scrum_sprint"), True)


def test_bad_values_say_why(warehouse):
    wrong = rows(warehouse, "select row_problem from staging.base_bitrix24_tasks__tasks_history where not is_valid")
    assert wrong == [("changed_at: 'вчера' cannot be read as timestamp",)]
    left_out = rows(warehouse, "select row_remark from staging.base_bitrix24_tasks__scrum_task where points is null")
    assert left_out == [("points: no valid number",)]


def test_tasks_have_their_team_and_hours(warehouse):
    """The users of Bitrix24 are the employees, so tasks have the teams that these have."""
    found = rows(warehouse, """
        select task_id, source_system, project, kind, points::int, team, strftime(done_at, '%d %H:%M'), active_hours, flow_hours
        from marts.fct_tasks order by 1
    """)  # fmt: skip
    assert found == [
        ("bitrix24:1", "bitrix24", "Сайт", "task", 5, "разработка", "04 07:00", 8, 24),
        ("bitrix24:2", "bitrix24", "Сайт", "bug", None, "разработка", "07 11:00", 6, 28),
        ("bitrix24:3", "bitrix24", "Сайт", "task", 3, "разработка", None, None, None),
        ("bitrix24:5", "bitrix24", None, "task", None, "разработка", "09 09:00", None, None),
    ]


def test_kpis_are_those_counted_by_hand(warehouse):
    """Flow efficiency is 8 + 6 of 24 + 28 hours; the sprint had one bug; of its 8 points the 5 of task 1 were done on the 4th."""
    assert rows(warehouse, "select sum(active_hours), sum(flow_hours) from marts.finished_tasks") == [(14, 52)]
    assert rows(warehouse, "select sum(sprint_bugs) from marts.sprint_days") == [(1,)]
    assert rows(warehouse, """
        select value, numerator, denominator from marts.kpi_values
        where kpi_id = 'flow_efficiency' and period_grain = 'month' and dimension = 'all' and period_start = date '2026-03-01'
    """) == [(pytest.approx(14 / 52), 14, 52)]  # fmt: skip
    left = rows(warehouse, "select strftime(event_date, '%d'), points_left::int from marts.sprint_burndown order by 1")
    assert left[:3] == [("02", 8), ("03", 8), ("04", 3)] and left[-1] == ("14", 3)
