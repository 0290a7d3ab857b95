"""What must hold for any company: one of random draws is built, and the data tests of the build judge it.

The company follows from its seed, which a failure tells. The suite builds the same one each time, so that a run judges
the change and not the luck; `KPI_TEST_SEED=random KPI_TEST_COMPANIES=20 uv run pytest tests/test_properties.py` looks for
companies that break a property, twenty one after the other, each at the cost of a whole build.
"""

import csv
import datetime as dt
import os
from random import Random, SystemRandom

from tests.warehouse import build

FIRST_DAY, AS_OF = dt.datetime(2026, 1, 1), dt.datetime(2026, 4, 1)
STATUSES = {"S1": "open", "S2": "open", "WON": "won", "LOST": "lost"}
RATES = [("2026-01-01", "USD", 90), ("2026-02-10", "USD", 95.5), ("2026-02-01", "EUR", 101)]


def some_time(random, earliest=FIRST_DAY, latest=AS_OF):
    """A moment between two others, to the minute."""
    return earliest + dt.timedelta(minutes=random.randrange(max(int((latest - earliest).total_seconds() // 60), 1)))


def some_money(random):
    return random.choice(["", "0", f"{random.uniform(1, 90000):.2f}", f"{random.uniform(1, 90000):.2f}"])


def deals_of(random, count):
    """Deals as loaded again and again, with their stages: they stall, slip, change hands, come back."""
    versions, changes = [], []
    for number in range(count):
        deal, pipeline, moment = f"D{number}", random.choice("PQ"), some_time(random)
        # no two steps at one moment: a table with the same step twice is a fault, and is told as one
        later = {some_time(random, moment) for _ in range(random.randrange(6))} - {moment}
        way = [("S1", moment)] + [(random.choice(list(STATUSES)), at) for at in sorted(later)]
        changes += [("deal", deal, pipeline, stage, at) for stage, at in way]
        loads = sorted(some_time(random, moment) for _ in range(random.randrange(4))) + [AS_OF]
        currency = random.choice(["", "RUB", "USD", "EUR"])
        for loaded_at in loads:
            stage = [stage for stage, at in way if at <= loaded_at][-1]
            due = some_time(random, moment, AS_OF + dt.timedelta(days=90)).date() if random.random() < 0.8 else ""
            people = f"L{random.randrange(30)}", f"C{random.randrange(15)}", f"E{random.randrange(1, 4)}"
            people = [random.choice(["", person]) for person in people]
            state = pipeline, stage, STATUSES[stage], due, some_money(random), currency
            versions.append((deal, moment, *people, *state, loaded_at))
    return versions, changes


def company(random):
    """Tables of the contract, header first."""
    versions, changes = deals_of(random, 50)
    orders, lines, refunds = [], [], []
    for number in range(40):
        order, created_at, amount = f"O{number}", some_time(random), round(random.uniform(1, 9000), 2)
        is_paid = random.random() < 0.8
        paid_at = some_time(random, created_at) if is_paid else ""
        deal = random.choice(["", "", f"D{random.randrange(50)}"])
        customer = random.choice(["", f"C{random.randrange(15)}"])
        orders.append((order, created_at, paid_at, "paid" if is_paid else "new", f"{amount:.2f}", customer, deal))
        lines += [(order, line, f"T{line}", line, f"{amount / 3:.2f}", random.choice(["", "7.77"])) for line in (1, 2)]
        if is_paid and random.random() < 0.4:
            refunds.append((f"R{number}", order, some_time(random, paid_at), f"{random.uniform(0.01, amount):.2f}"))
    leads = []
    for number in range(30):
        status, employee, source = (random.choice(words) for words in (["", "new", "lost"], ["", "E1"], ["", "yandex"]))
        leads.append((f"L{number}", some_time(random), status, employee, f"C{number % 15}", source))
    return {
        "employees": ["employee_id,name,team", ("E1", "One", "North"), ("E2", "Two", "South")],
        "customers": [
            "customer_id,region,email",
            *((f"C{n}", random.choice(["", "Omsk"]), f"{n % 12}@a.ru") for n in range(15)),
        ],
        "stages": ["object,pipeline_id,stage_id,name,position,status"]
        + [("deal", p, stage, stage, n, status) for p in "PQ" for n, (stage, status) in enumerate(STATUSES.items(), 1)],
        "exchange_rates": ["date,currency,rate_to_base", *RATES],
        "leads": ["lead_id,created_at,status_class,employee_id,customer_id,utm_source", *leads],
        "deals": [
            "deal_id,created_at,lead_id,customer_id,employee_id,pipeline_id,stage_id,status,expected_close_on,amount,currency,loaded_at",
            *versions,
        ],
        "stage_changes": ["object,object_id,pipeline_id,stage_id,entered_at", *changes],
        "orders": ["order_id,created_at,paid_at,status,amount,customer_id,deal_id", *orders],
        "order_lines": ["order_id,line_no,product_id,quantity,amount,cost", *lines],
        "refunds": ["refund_id,order_id,refunded_at,amount", *refunds],
    }


def seeds():
    """The seeds of the companies: the one of KPI_TEST_SEED, or one that nobody chose, and those that follow it."""
    told = os.environ.get("KPI_TEST_SEED", "642622954")  # in it a chain of contacts once fell into two customers
    first = SystemRandom().randrange(10**9) if told == "random" else int(told)
    return range(first, first + int(os.environ.get("KPI_TEST_COMPANIES") or 1))


def test_the_same_seed_is_the_same_company_and_another_is_not():
    assert company(Random(7)) == company(Random(7)) != company(Random(8))


def test_a_random_company_keeps_every_property(tmp_path_factory):
    for seed in seeds():
        print(f"the company of KPI_TEST_SEED={seed}")  # pytest shows it where the test fails
        folder = tmp_path_factory.mktemp("company")
        for table, (header, *rows) in company(Random(seed)).items():
            path = folder / "raw" / "files" / table / "all.csv"
            path.parent.mkdir(parents=True)
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([header.split(","), *rows])
        # the data tests are the properties: movements add up, shares too, nothing is lost, parts stay within their wholes
        with build(folder, KPI_RAW_ROOT=str(folder / "raw"), KPI_AS_OF=f"{AS_OF:%Y-%m-%d}") as warehouse:
            assert warehouse.execute("select count(*) from quality.rejected_rows").fetchone() == (0,)
            found = {
                row[0] for row in warehouse.execute("select distinct movement from marts.pipeline_movements").fetchall()
            }
            assert found >= set(
                "created reopened won lost slipped slipped_in pulled_in taken_over grown shrunk".split()
            )
