"""How a visitor came: the marks that a channel leaves on a session and on a CRM record."""

from __future__ import annotations

from dataclasses import dataclass

from demo import company as co
from demo.people import Dice


@dataclass(frozen=True)
class Origin:
    """The marks of one arrival.  `channel` is the truth; the rest is what systems record."""

    channel: str
    traffic: str  # the web counter's traffic source
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    source_id: str | None = None  # the CRM's own source dictionary
    referer: str = ""
    utm_content: str | None = None
    utm_term: str | None = None


DIRECT = Origin("direct", "direct", source_id="DIRECT")
CALL = Origin("direct", "direct", source_id="CALL")
SEO = Origin("seo", "organic", source_id="SEO", referer="https://yandex.ru/")
REFERRAL = Origin("referral", "referral", source_id="RECOMMENDATION", referer="https://kofe-forum.example/")
PARTNER = Origin("referral", "referral", "partner", "referral", None, "PARTNER", "https://partner.example/")
PARTNER_SALE = Origin(
    "referral", "referral", "partner", "referral", "летние скидки", "PARTNER", "https://partner.example/"
)
BANK = Origin("referral", "referral", referer="https://securepay.bank.example/")  # the page on which a card is charged
SOCIAL = Origin("(other)", "social", source_id="OTHER", referer="https://ok.example/")
TRADE_SHOW = Origin("(other)", "direct", source_id="TRADE_SHOW")
NOTHING = Origin("(unknown)", "direct")
YANDEX = [
    Origin("yandex_direct", "ad", "yandex", "cpc", str(c[0]), "WEBFORM", "https://yandex.ru/")
    for c in co.DIRECT_CAMPAIGNS
]
VK = [Origin("vk_ads", "ad", "vk", "cpc", str(c[0]), "WEBFORM", "https://vk.com/") for c in co.VK_CAMPAIGNS]
MAIL_CAMPAIGNS = [f"EM-{k:03d}" for k in range(1, 66)]  # one letter every second week
WEIGHT_YANDEX = [c[4] for c in co.DIRECT_CAMPAIGNS]
WEIGHT_VK = [c[2] for c in co.VK_CAMPAIGNS]


def mail(t: int) -> Origin:
    """The latest letter sent before t."""
    from demo.clock import DAY, START

    k = max(0, min(len(MAIL_CAMPAIGNS) - 1, int((t - START) // (14 * DAY))))
    return Origin("email", "email", "newsletter", "email", MAIL_CAMPAIGNS[k], "WEBFORM", "")


def arrive(dice: Dice, t: int, weights: dict[str, float]) -> Origin:
    """Draw an origin at time t by the weights of its channel."""
    name = dice.pick(list(weights), list(weights.values()))
    if name == "yandex_direct":
        return dice.pick(YANDEX, WEIGHT_YANDEX)
    if name == "vk_ads":
        return dice.pick(VK, WEIGHT_VK)
    if name == "email":
        return mail(t)
    if name == "referral":
        return dice.pick([REFERRAL, PARTNER, PARTNER_SALE], [0.66, 0.2, 0.14])
    return {"seo": SEO, "direct": DIRECT, "call": CALL, "social": SOCIAL, "trade_show": TRADE_SHOW, "nothing": NOTHING}[
        name
    ]


LEADS = {
    "yandex_direct": 0.28,
    "vk_ads": 0.1,
    "seo": 0.22,
    "email": 0.07,
    "referral": 0.1,
    "direct": 0.05,
    "call": 0.14,
    "trade_show": 0.025,
    "nothing": 0.015,
}
REPEAT_DEALS = {
    "call": 0.4,
    "email": 0.14,
    "referral": 0.14,
    "seo": 0.1,
    "yandex_direct": 0.12,
    "direct": 0.05,
    "nothing": 0.05,
}
ORDERS = {
    "yandex_direct": 0.22,
    "vk_ads": 0.11,
    "seo": 0.26,
    "email": 0.12,
    "referral": 0.06,
    "direct": 0.14,
    "social": 0.02,
}
VISITS = {
    "yandex_direct": 0.23,
    "vk_ads": 0.15,
    "seo": 0.33,
    "email": 0.05,
    "referral": 0.06,
    "direct": 0.16,
    "social": 0.02,
}
