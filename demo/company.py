"""What does not change in the demo company: people, products, stages, sources, campaigns, pages."""

from __future__ import annotations

import datetime as dt

REGIONS = [
    "Москва",
    "Санкт-Петербург",
    "Московская область",
    "Свердловская область",
    "Татарстан",
    "Краснодарский край",
    "Новосибирская область",
    "Нижегородская область",
]
REGION_WEIGHTS = [0.32, 0.17, 0.13, 0.1, 0.09, 0.08, 0.06, 0.05]
CITIES = [
    "Moscow",
    "Saint Petersburg",
    "Khimki",
    "Yekaterinburg",
    "Kazan",
    "Krasnodar",
    "Novosibirsk",
    "Nizhny Novgorod",
]
SEGMENTS = ["Розница", "Малый бизнес", "Крупный бизнес"]

DEPARTMENTS = [  # id, name, parent, head
    (1, "Компания", None, 1),
    (2, "Отдел продаж", 1, 2),
    (3, "Входящие продажи", 2, 3),
    (4, "Корпоративные продажи", 2, 4),
    (5, "Проектные продажи", 2, 5),
    (6, "Интернет-магазин", 1, 6),
    (7, "Разработка", 1, 7),
]
TEAMS = {3: "Входящие продажи", 4: "Корпоративные продажи", 5: "Проектные продажи"}
# id, name, last name, department, hired, left (None = still here), is a sales manager
EMPLOYEES = [
    (1, "Ольга", "Власова", 1, "2019-02-01", None, False),
    (2, "Игорь", "Мельников", 2, "2020-03-02", None, False),
    (3, "Анна", "Титова", 3, "2020-09-01", None, False),
    (4, "Павел", "Громов", 4, "2021-01-11", None, False),
    (5, "Елена", "Яковлева", 5, "2021-04-05", None, False),
    (6, "Дарья", "Лебедева", 6, "2022-02-01", None, False),
    (7, "Антон", "Сорокин", 7, "2021-06-01", None, False),
    (11, "Мария", "Иванова", 3, "2022-05-16", None, True),
    (12, "Сергей", "Кузнецов", 3, "2022-08-01", None, True),
    (13, "Алина", "Фёдорова", 3, "2023-01-16", None, True),
    (14, "Роман", "Гаврилов", 3, "2023-06-05", None, True),
    (15, "Юлия", "Орлова", 3, "2023-09-11", "2025-09-12", True),
    (16, "Никита", "Беляев", 4, "2021-11-08", None, True),
    (17, "Ксения", "Воробьёва", 4, "2022-10-03", None, True),
    (18, "Тимур", "Салихов", 4, "2023-03-13", None, True),
    (19, "Екатерина", "Зайцева", 4, "2023-10-02", None, True),
    (20, "Артём", "Поляков", 4, "2025-03-03", None, True),
    (21, "Виктор", "Данилов", 5, "2021-07-19", None, True),
    (22, "Светлана", "Крылова", 5, "2022-04-04", None, True),
    (23, "Максим", "Егоров", 5, "2023-02-06", None, True),
    (24, "Полина", "Никитина", 5, "2024-01-15", None, True),
    (31, "Глеб", "Афанасьев", 7, "2022-01-10", None, False),
    (32, "Инна", "Руденко", 7, "2022-06-20", None, False),
]
MANAGERS = [e[0] for e in EMPLOYEES if e[6]]
TEAM_OF = {e[0]: {d[0]: d[1] for d in DEPARTMENTS}[e[3]] for e in EMPLOYEES}
HIRED = {e[0]: dt.date.fromisoformat(e[4]) for e in EMPLOYEES}
LEFT = {e[0]: dt.date.fromisoformat(e[5]) if e[5] else None for e in EMPLOYEES}
SKILL = {
    11: 1.12,
    12: 0.95,
    13: 1.05,
    14: 0.85,
    15: 0.8,
    16: 1.15,
    17: 1.0,
    18: 0.92,
    19: 1.06,
    20: 0.88,
    21: 1.18,
    22: 1.02,
    23: 0.9,
    24: 0.97,
}

GROUPS = ["Кофемашины", "Кофе в зёрнах", "Аксессуары", "Сервис и ремонт", "Мебель для кофеен", "Подписки"]
# id, group, name, price in roubles, unit cost (None = not known), currency of the cost
PRODUCTS = [
    (101, 0, "Кофемашина Бариста 1", 64900, 47200, "RUB"),
    (102, 0, "Кофемашина Бариста 2", 98900, 71500, "RUB"),
    (103, 0, "Кофемашина Офис Мини", 42900, 31900, "RUB"),
    (104, 0, "Кофемашина Офис Макс", 132000, 960, "USD"),
    (105, 0, "Кофемолка Про", 38500, 28400, "RUB"),
    (106, 0, "Кофемолка Дом", 11900, 8350, "RUB"),
    (107, 0, "Рожковая станция Дуэт", 189000, 1420, "USD"),
    (108, 0, "Капсульная машина Лайт", 9900, 6900, "RUB"),
    (201, 1, "Кофе Бразилия Сантос, 1 кг", 1890, 1150, "RUB"),
    (202, 1, "Кофе Эфиопия Иргачеффе, 1 кг", 2490, 1540, "RUB"),
    (203, 1, "Кофе Колумбия Супремо, 1 кг", 2190, 1330, "RUB"),
    (204, 1, "Смесь Эспрессо, 1 кг", 1690, 980, "RUB"),
    (205, 1, "Смесь Утро, 250 г", 590, 330, "RUB"),
    (206, 1, "Кофе без кофеина, 1 кг", 2290, 1480, "RUB"),
    (207, 1, "Дрип-пакеты, 20 шт.", 990, 560, "RUB"),
    (208, 1, "Кофе Кения АА, 1 кг", 2790, 1810, "RUB"),
    (209, 1, "Набор дегустационный", 1490, None, "RUB"),
    (301, 2, "Питчер 600 мл", 1290, 640, "RUB"),
    (302, 2, "Темпер 58 мм", 1850, 930, "RUB"),
    (303, 2, "Весы с таймером", 3490, 2120, "RUB"),
    (304, 2, "Чайник с тонким носиком", 4290, 2650, "RUB"),
    (305, 2, "Воронка V60", 1190, 590, "RUB"),
    (306, 2, "Фильтры бумажные, 100 шт.", 390, 170, "RUB"),
    (307, 2, "Чашки, набор 6 шт.", 2390, 1280, "RUB"),
    (308, 2, "Средство для чистки", 790, 360, "RUB"),
    (309, 2, "Термокружка", 1590, 820, "RUB"),
    (401, 3, "Выезд мастера", 2500, 1400, "RUB"),
    (402, 3, "Плановое обслуживание", 6900, 3600, "RUB"),
    (403, 3, "Замена узла помола", 8900, 5700, "RUB"),
    (404, 3, "Обучение бариста", 14900, None, "RUB"),
    (405, 3, "Пусконаладка", 9900, 4800, "RUB"),
    (501, 4, "Барная стойка", 118000, 83500, "RUB"),
    (502, 4, "Стол для гостей", 14900, 9800, "RUB"),
    (503, 4, "Стул барный", 8900, 5900, "RUB"),
    (504, 4, "Витрина холодильная", 99000, 74000, "RUB"),
    (505, 4, "Проект кофейни под ключ", 240000, None, "RUB"),
    (601, 5, "Подписка на зерно, месяц", 4900, 3050, "RUB"),
    (602, 5, "Сервисный контракт, год", 36000, 19800, "RUB"),
    (603, 5, "Аренда кофемашины, месяц", 7900, 3900, "RUB"),
    (604, 5, "Подписка Офис, месяц", 12900, 8200, "RUB"),
]
SHOP_PRODUCTS = [p[0] for p in PRODUCTS if p[1] in (1, 2) or p[0] in (105, 106, 108, 103, 401, 601)]
DEAL_PRODUCTS = [p[0] for p in PRODUCTS if p[1] in (0, 3, 4, 5)] + [201, 203, 204]
GROUP_OF = {p[0]: GROUPS[p[1]] for p in PRODUCTS}
PRODUCT_NAME = {p[0]: p[2] for p in PRODUCTS}
PRICE = {p[0]: p[3] for p in PRODUCTS}

# object, pipeline, stage, name, position, status, probability, funnel step
STAGES = [
    ("lead", "", "NEW", "Не обработан", 10, "open", None, "lead"),
    ("lead", "", "IN_PROCESS", "В работе", 20, "open", None, "lead"),
    ("lead", "", "PROCESSED", "Обработан, есть потребность", 30, "open", None, "qualified"),
    ("lead", "", "CONVERTED", "Качественный лид", 40, "won", None, "qualified"),
    ("lead", "", "JUNK", "Некачественный лид", 50, "lost", None, None),
    ("deal", "0", "NEW", "Новая", 10, "open", 10, "qualified"),
    ("deal", "0", "PREPARATION", "Встреча", 20, "open", 25, "meeting"),
    ("deal", "0", "PREPAYMENT_INVOICE", "Предложение и счёт", 30, "open", 50, "proposal"),
    ("deal", "0", "EXECUTING", "Согласование договора", 40, "open", 70, "proposal"),
    ("deal", "0", "FINAL_INVOICE", "Финальный счёт", 50, "open", 90, "proposal"),
    ("deal", "0", "WON", "Сделка успешна", 60, "won", 100, "deal"),
    ("deal", "0", "LOSE", "Сделка провалена", 70, "lost", 0, None),
    ("deal", "0", "APOLOGY", "Анализ причины провала", 80, "lost", 0, None),
    ("deal", "1", "C1:NEW", "Заявка на проект", 10, "open", 10, "qualified"),
    ("deal", "1", "C1:BRIEF", "Бриф и встреча", 20, "open", 20, "meeting"),
    ("deal", "1", "C1:PROPOSAL", "Смета и предложение", 30, "open", 45, "proposal"),
    ("deal", "1", "C1:CONTRACT", "Договор", 40, "open", 75, "proposal"),
    ("deal", "1", "C1:WON", "Проект продан", 50, "won", 100, "deal"),
    ("deal", "1", "C1:LOSE", "Проект не состоялся", 60, "lost", 0, None),
]
PIPELINES = {"0": "Продажи", "1": "Проекты"}
OPEN_PATH = {p: [s[2] for s in STAGES if s[0] == "deal" and s[1] == p and s[5] == "open"] for p in PIPELINES}
WON_STAGE = {"0": "WON", "1": "C1:WON"}
LOST_STAGES = {"0": ["LOSE", "APOLOGY"], "1": ["C1:LOSE"]}
SEMANTIC = {(s[0], s[2]): {"open": "P", "won": "S", "lost": "F"}[s[5]] for s in STAGES}
DELETED_STAGES = {"0": "CALLBACK", "1": "C1:AUDIT"}  # were removed from the portal; they stay in the history
LOST_REASONS = ["Дорого", "Выбрали конкурента", "Нет бюджета", "Перенесли на потом", "Не отвечает"]
# how often each reason is given for a loss in the first stages, with the offer on the table, and at the end
LOST_WEIGHTS = [[1, 1, 3, 3, 5], [5, 4, 2, 2, 2], [3, 5, 2, 3, 1]]
LOSS = {"0": [0.26, 0.19, 0.3, 0.16, 0.08], "1": [0.3, 0.25, 0.33, 0.18]}  # chance of losing a deal in each stage
REJECT_REASONS = ["Спам", "Не наш продукт", "Дубль", "Не дозвонились", "Ищет работу"]
REJECT_WEIGHTS = {
    "yandex_direct": [3, 4, 2, 4, 1],
    "vk_ads": [5, 3, 1, 5, 1],
    "seo": [4, 4, 2, 2, 1],
    "email": [1, 2, 5, 3, 0],
    "referral": [0, 4, 3, 2, 0],
    "direct": [2, 4, 3, 1, 2],
    "(other)": [1, 5, 2, 4, 0],
    "(unknown)": [6, 1, 1, 4, 1],
}
HEIRS = {15: [12, 13, 14]}  # who took over what a manager who has left was leading
OBJECTIONS = ["Дорого", "Нужно подумать", "Есть поставщик", "Сроки", "Гарантия"]

SOURCES = [  # id, name in the CRM's own dictionary
    ("WEBFORM", "CRM-форма"),
    ("CALL", "Звонок"),
    ("EMAIL", "Электронная почта"),
    ("SEO", "Поисковые системы"),
    ("RECOMMENDATION", "По рекомендации"),
    ("PARTNER", "Партнёр"),
    ("DIRECT", "Сайт, прямой заход"),
    ("TRADE_SHOW", "Выставка"),
    ("OTHER", "Другое"),
]
# utm_source, utm_medium, traffic_source, source_name, channel: the first rule that matches wins
CHANNEL_RULES = [
    ("yandex", "cpc", None, None, "yandex_direct"),
    ("vk", "cpc", None, None, "vk_ads"),
    (None, "email", None, None, "email"),
    (None, "referral", None, None, "referral"),
    (None, None, "organic", None, "seo"),
    (None, None, "email", None, "email"),
    (None, None, "referral", None, "referral"),
    (None, None, "direct", None, "direct"),
    (None, None, None, "SEO", "seo"),
    (None, None, None, "Поисковые системы", "seo"),
    (None, None, None, "EMAIL", "email"),
    (None, None, None, "Электронная почта", "email"),
    (None, None, None, "RECOMMENDATION", "referral"),
    (None, None, None, "По рекомендации", "referral"),
    (None, None, None, "PARTNER", "referral"),
    (None, None, None, "Партнёр", "referral"),
    (None, None, None, "CALL", "direct"),
    (None, None, None, "Звонок", "direct"),
    (None, None, None, "DIRECT", "direct"),
    (None, None, None, "Сайт, прямой заход", "direct"),
    (None, None, "social", None, "(other)"),
    (None, None, None, "TRADE_SHOW", "(other)"),
    (None, None, None, "Выставка", "(other)"),
    (None, None, None, "OTHER", "(other)"),
    (None, None, None, "Другое", "(other)"),
]
CHANNELS = ["yandex_direct", "vk_ads", "seo", "email", "referral", "direct"]

# id, name, type, networks, weight, cost of a click in roubles
DIRECT_CAMPAIGNS = [
    (708888801, "Поиск | Москва | Кофемашины", "TEXT_CAMPAIGN", ("SEARCH",), 0.26, 520),
    (708888802, "РСЯ | Ретаргетинг", "TEXT_CAMPAIGN", ("AD_NETWORK",), 0.22, 140),
    (708888803, "ЕПК | Регионы", "UNIFIED_CAMPAIGN", ("SEARCH", "AD_NETWORK"), 0.2, 330),
    (708888804, "Смарт-баннеры | Каталог", "SMART_CAMPAIGN", ("AD_NETWORK",), 0.12, 130),
    (708888805, "Поиск | Бренд", "TEXT_CAMPAIGN", ("SEARCH",), 0.12, 95),
    (708888806, "Поиск | Кофе для офиса", "TEXT_CAMPAIGN", ("SEARCH",), 0.08, 470),
]
VK_CAMPAIGNS = [
    (5201, "Кофе домой | конверсии", 0.36, 95),
    (5202, "Кофейням | лиды", 0.3, 210),
    (5203, "Ретаргетинг | корзина", 0.2, 75),
    (5204, "Аренда машин | лиды", 0.14, 240),
]
GOALS = [(101, "Заявка отправлена"), (102, "Заказан звонок"), (103, "Покупка")]
SITE = "https://coffee-demo.example"
LANDINGS = [
    "/",
    "/catalog/",
    "/catalog/beans/",
    "/catalog/machines/",
    "/catalog/accessories/",
    "/rent/",
    "/office/",
    "/service/",
    "/turnkey/",
    "/blog/how-to-choose/",
    "/blog/grind/",
    "/sale/",
]
PAGES = (
    LANDINGS
    + ["/about/", "/contacts/", "/delivery/", "/blog/recipes/", "/blog/descaling/", "/cart/"]
    + [f"/product/{p}/" for p in SHOP_PRODUCTS]
)
STORES = ["Магазин на Тверской", "Магазин на Невском", "Шоурум Химки"]
COUNTER = 48211355
ESHOP_USER = 6
