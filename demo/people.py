"""Parties of the demo company: every person or company it knows, with the one set of identifiers they use."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass, field

import numpy as np

from demo import company as co

_FIRST = [
    "Алексей",
    "Наталья",
    "Дмитрий",
    "Ирина",
    "Олег",
    "Вера",
    "Кирилл",
    "Марина",
    "Степан",
    "Лариса",
    "Егор",
    "Софья",
]
_LAST = ["Соколов", "Морозов", "Новиков", "Павлов", "Козлов", "Степанов", "Николаев", "Захаров", "Борисов", "Киселёв"]
_LAST_LATIN = [
    "sokolov",
    "morozov",
    "novikov",
    "pavlov",
    "kozlov",
    "stepanov",
    "nikolaev",
    "zaharov",
    "borisov",
    "kiselev",
]
_COMPANY = [
    "Альфа",
    "Вектор",
    "Горизонт",
    "Дельта",
    "Зенит",
    "Импульс",
    "Квартал",
    "Лидер",
    "Маяк",
    "Орион",
    "Парус",
    "Ритм",
]
_COMPANY_LATIN = [
    "alfa",
    "vektor",
    "gorizont",
    "delta",
    "zenit",
    "impuls",
    "kvartal",
    "lider",
    "mayak",
    "orion",
    "parus",
    "ritm",
]


class Dice:
    """Scalar draws from one stream, cheaper than numpy's own choice()."""

    def __init__(self, rng: np.random.Generator):
        self.rng = rng
        self._pool: list[float] = []
        self._cumulative: dict[tuple, list[float]] = {}

    def u(self) -> float:
        if not self._pool:
            self._pool = self.rng.random(8192).tolist()
        return self._pool.pop()

    def chance(self, p: float) -> bool:
        return self.u() < p

    def pick(self, items, weights=None):
        if weights is None:
            return items[int(self.u() * len(items))]
        key = tuple(weights)
        cumulative = self._cumulative.get(key)
        if cumulative is None:
            cumulative = self._cumulative[key] = np.cumsum(weights).tolist()
        return items[min(bisect(cumulative, self.u() * cumulative[-1]), len(items) - 1)]

    def between(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        return low + int(self.u() * (high - low + 1))

    def expo(self, mean: float) -> float:
        return -mean * float(np.log(1.0 - self.u()))

    def lognormal(self, median: float, sigma: float) -> float:
        return median * float(np.exp(sigma * self.rng.standard_normal()))

    def poisson(self, mean: float) -> int:
        return int(self.rng.poisson(mean))


@dataclass
class Party:
    """One customer or prospect.  Identifiers are unique to the party; None means that nobody ever learnt it."""

    party_id: int
    kind: str  # person | company
    segment: str | None
    region: int | None  # index in company.REGIONS
    first_name: str = ""
    last_name: str = ""
    title: str = ""
    email: str | None = None
    phone: str | None = None
    client_id: int | None = None
    second_client_id: int | None = None
    user_id: int | None = None  # account in the shop
    created: int = 0
    contact_id: int | None = None
    company_id: int | None = None
    manager: int | None = None
    duplicates: list[dict] = field(default_factory=list)  # further CRM contacts of the same party


class Registry:
    """Makes parties and hands out ids, in a fixed order."""

    def __init__(self, dice: Dice):
        self.dice = dice
        self.parties: list[Party] = []
        self._client = 0
        self._user = 500
        self._contact = 2000
        self._company = 700

    def client_id(self, t: int) -> int:
        """A web counter's visitor id: the day of the first visit in epoch seconds, then a number."""
        self._client += 1
        return int(t) // 86400 * 86400 * 10**9 + 240_000_000 + self._client

    def user_id(self) -> int:
        self._user += 1
        return self._user

    def contact_id(self) -> int:
        self._contact += 1
        return self._contact

    def company_id(self) -> int:
        self._company += 1
        return self._company

    def party(self, kind: str, t: int, web: bool, segment: str | None = None) -> Party:
        d = self.dice
        n = len(self.parties) + 1
        k = d.between(0, len(_LAST) - 1)
        region = None if d.chance(0.03) else d.pick(range(len(co.REGIONS)), co.REGION_WEIGHTS)
        p = Party(n, kind, segment, region, created=int(t))
        p.first_name, p.last_name = d.pick(_FIRST), _LAST[k]
        if kind == "company":
            c = d.between(0, len(_COMPANY) - 1)
            p.title = f"ООО «{_COMPANY[c]}-{n}»"
            p.email = f"{_LAST_LATIN[k]}@{_COMPANY_LATIN[c]}{n}.example"
            p.segment = segment or d.pick(co.SEGMENTS[1:], [0.68, 0.32])
        else:
            p.email = f"{_LAST_LATIN[k]}.{n}@mail.example"
            p.segment = segment or d.pick(co.SEGMENTS[:2], [0.85, 0.15])
        p.phone = f"79{d.between(10, 89):02d}{n:07d}"
        if web:
            p.client_id = self.client_id(t - d.between(0, 40 * 86400))
            if d.chance(0.12):
                p.second_client_id = self.client_id(t)
        self.parties.append(p)
        return p
