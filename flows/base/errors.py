"""Errors that say what failed and how to go on."""

from flows.base.redact import clean, storable


class LoadError(Exception):
    """Something that was asked for failed; of a load nothing can be seen in the raw root.

    Args:
        what: what failed, with its place: setting, method, table, page or part.
        advice: how to go on.
    """

    def __init__(self, what: str, advice: str = ""):
        self.what, self.advice = storable(clean(what)), clean(advice)
        super().__init__(f"{self.what}. {self.advice}" if advice else self.what)


class ConfigError(LoadError):
    """A setting is missing or wrong; nothing was begun."""


class RequestFailed(LoadError):
    """The server could not be reached, or did not answer as its protocol says, in all attempts."""


class Refused(LoadError):
    """The server understood and said no: credentials, rights, or a request that it does not take. `code` is its own."""

    def __init__(self, what: str, advice: str = "", code: str = ""):
        super().__init__(what, advice)
        self.code = code


class LimitReached(LoadError):
    """A limit of the server did not lift in the time that the settings allow."""


class TimedOut(LoadError):
    """The load, or one report or export, took longer than the settings allow."""


class Incomplete(LoadError):
    """What arrived is not what the source says it has: a count, a part or a page is wrong."""


class Unforeseen(LoadError):
    """The loader came to something that nobody thought of."""


class Busy(LoadError):
    """Another load of the same source is at work in the same raw root."""
