"""Opens the boards in a Chromium of this machine, and takes the pictures of the README."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from flows.base.settings import PROJECT, Settings
from flows.boards.pages import write
from flows.boards.spec import LANGUAGES, BoardError

SHOWN = ("head_of_sales", "marketer")
WIDE: Any = {"width": 1280, "height": 860}
MOST_BYTES = 200_000


def chromium() -> str | None:
    """A Chromium of this machine: the one that KPI_CHROMIUM names, an installed one, or playwright's own."""
    if named := os.environ.get("KPI_CHROMIUM"):
        return named
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    own = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"))
    return str(own[-1]) if own else None


def take(file: Path | None, folder: Path = PROJECT / "docs" / "assets") -> None:
    """Takes docs/assets/board_<name>.<language>.webp of the boards that the README shows. Raises BoardError."""
    path = chromium()
    if not path:
        raise BoardError("There is no Chromium on this machine; KPI_CHROMIUM names one")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise BoardError("playwright is not installed: uv sync --group browser") from None
    with tempfile.TemporaryDirectory() as made, sync_playwright() as run:
        browser = run.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for language in LANGUAGES:
            write(file or Settings.read().warehouse, Path(made), language, "docs")
            for name in SHOWN:
                page = browser.new_page(viewport=WIDE)
                page.goto((Path(made) / f"{name}.html").as_uri())
                target = folder / f"board_{name}.{language}.webp"
                target.write_bytes(_webp(page))
                print(f"{target.stat().st_size // 1024:>6} KB  {target.relative_to(PROJECT)}")
        browser.close()


def _webp(page: Any) -> bytes:
    """The page's picture as WebP, the best that is light enough. Playwright itself knows only PNG and JPEG."""
    import base64

    session = page.context.new_cdp_session(page)
    for quality in (80, 60, 40, 20):
        shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        picture = base64.b64decode(shot["data"])
        if len(picture) <= MOST_BYTES:
            break
    return picture
