"""What the loaders of Google's services share: how a token is asked for, and what an answer that is an error says."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flows.base.errors import Incomplete, LimitReached, LoadError, Refused, RequestFailed
from flows.base.words import short
from flows.extract.common import Http, parse_json

if TYPE_CHECKING:
    from requests import Response

AGAIN = "Nothing was loaded; run the load again"
NO_ROWS = "Nothing was loaded; tell who looks after the loaders, with this line"


def token(http: Http, doing: str, url: str, form: Mapping[str, str], why: Mapping[str, str]) -> str:
    """An access token.

    Args:
        http: how the request is sent.
        doing: what it is for, for errors.
        url: where tokens are given.
        form: who asks.
        why: what an error's code means, in plain words.

    Raises:
        Refused, RequestFailed, TimedOut.
    """
    response = http.request(doing, "POST", url, data=dict(form))
    told = answer(response)
    found = told.get("access_token") if isinstance(told, dict) else None
    if response.status_code == 200 and isinstance(found, str):
        return found
    told = told if isinstance(told, dict) else {}
    code = str(told.get("error") or "")
    said = ": ".join(str(told[name]) for name in ("error", "error_description") if told.get(name))
    text = f"{doing}: HTTP {response.status_code}" + (f" ({short(said, 300)})" if said else "")
    if response.status_code >= 500 or response.status_code == 429:
        raise RequestFailed(text, "Nothing was loaded; run the load again later")
    raise Refused(text, f"Nothing was loaded; {why.get(code, 'Google gives no token for this')}", code)


def answer(response: "Response") -> Any:
    """The JSON of an answer; None where it is none."""
    try:
        return parse_json(response.content)
    except ValueError:
        return None


def passing(response: "Response") -> bool:
    """Whether the same request may do after a while."""
    return response.status_code == 429 or response.status_code >= 500


def error(doing: str, status: int, told: Any, why: Mapping[str, str]) -> LoadError:
    """An answer as an error: its own codes stand in `details` or in `errors`, and a stream tells it in a list.

    Args:
        doing: what was asked, for the error.
        status: of HTTP, or what an error in the midst of an answer tells.
        told: the answer.
        why: what a code means, in plain words.
    """
    first = (
        next((one for one in told if isinstance(one, dict) and "error" in one), {}) if isinstance(told, list) else told
    )
    body = first.get("error") if isinstance(first, dict) else None
    body = body if isinstance(body, dict) else {}
    codes = [code for code in (*_codes(body), str(body.get("status") or "")) if code]
    said = ": ".join(part for part in (codes[0] if codes else "", str(body.get("message") or "")) if part)
    text = f"{doing}: HTTP {status}" + (f" ({short(said, 300)})" if said else "")
    if status == 429 or any(code in ("RESOURCE_EXHAUSTED", "quotaExceeded", "rateLimitExceeded") for code in codes):
        return LimitReached(text, "Nothing was loaded; the limit of requests is met, run the load again later")
    if status >= 500:
        return RequestFailed(text, "Nothing was loaded; run the load again later")
    if status == 200:
        return Incomplete(text + ": the answer is of another shape", AGAIN)
    reason = next((why[code] for code in codes if code in why), "Google turns this request down")
    return Refused(text, f"Nothing was loaded; {reason}", codes[0] if codes else str(status))


def _codes(body: Mapping[str, Any]) -> list[str]:
    """The codes of an error: those of Google Ads are the values of `errorCode`, those of BigQuery the `reason`."""
    found: list[str] = []
    for detail in body.get("details") or []:
        for one in detail.get("errors") or [] if isinstance(detail, dict) else []:
            found += map(str, (one.get("errorCode") or {}).values())
    found += [str(one.get("reason")) for one in body.get("errors") or [] if isinstance(one, dict)]
    return found
