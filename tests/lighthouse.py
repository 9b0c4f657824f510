"""Lighthouse over the busiest pages of a demo of its own: python -m tests.lighthouse (make lighthouse); needs Node.

Each page is measured five times on a slow phone, as Lighthouse does by itself; the median counts. Prints a table,
writes lighthouse.json (a list of {page, points, runs, load, lost}: points of 100 by category, the audits that cost
points by name) and fails where a page is below what is asked of it. Long tasks are measured as they last, so that the
points for performance need a machine that does nothing else: it says where this one did.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

from tests.ports import free_port
from tests.screenshots import NAMES, find_chromium

PACKAGE = "lighthouse@12.8.2"
"""The last one that runs on Node 18 and 20."""
RUNS = 5
PAGES = {
    "home": ("cto", "/"),
    "list": ("seo-lead", "/requests/"),
    "request": ("seo-lead", "/requests/R-41/"),
    "line": ("cto", "/line/?team=web"),
    "roadmap": ("seo-lead", "/roadmap/"),
}
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100}
READY_SECONDS = 420
FLAGS = ("--headless=new", "--no-sandbox", "--no-first-run", "--disable-extensions", "--disable-component-update")
TRIES = 3
BUSY = 1.5
"""Processes a core that want to run; the measuring itself makes about one."""
REPORT = Path("lighthouse.json")
Report = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """Points of 100, the median of all runs; `load` is that of the machine, `lost` what cost points, by category."""

    page: str
    points: dict[str, int]
    runs: int
    load: float
    lost: dict[str, list[str]] = field(default_factory=dict)

    @property
    def enough(self) -> bool:
        return all(self.points[category] >= least for category, least in LEAST.items())


def main() -> int:
    npx, chromium = shutil.which("npx"), find_chromium()
    if not npx or not chromium:
        lacking = "Node with npx" if not npx else f"Chromium ({', '.join(NAMES)})"
        print(f"Lighthouse needs {lacking}, which was not found on PATH.")
        return 2
    with tempfile.TemporaryDirectory(prefix="tandem-lighthouse-") as name, running_demo(Path(name)) as address:
        figures = [measure(npx, chromium, address, page) for page in PAGES]
    REPORT.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n")
    print(table(figures))
    return 0 if all(figure.enough for figure in figures) else 1


@contextmanager
def running_demo(folder: Path) -> Iterator[str]:
    """What `make run` serves, on a port and in a folder of its own."""
    port = free_port()
    environment = os.environ | {"PORT": str(port), "TANDEM_DATA": str(folder / "data"), "TANDEM_DEMO": "1"}
    command = [sys.executable, "-m", "tracker.config.serve", "--with-parent"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(server, f"{address}/readyz")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  our own http address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    sys.exit(f"Nothing answers at {url}.")


@contextmanager
def signed_in(chromium: str, address: str, role: str) -> Iterator[int]:
    """The port by which a Chromium of its own is told what to do; this person has signed in there with one click.

    Cookies sent along as headers would be lost as soon as the page sets one, and what it asks for later be refused.
    """
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="tandem-chromium-", ignore_cleanup_errors=True) as profile:
        command = [chromium, *FLAGS, f"--remote-debugging-port={port}", f"--user-data-dir={profile}", "about:blank"]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until_ready(browser, f"http://127.0.0.1:{port}/json/version")
            with sync_playwright() as playwright:
                page = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}").contexts[0].new_page()
                page.goto(f"{address}/demo/sign-in/")
                page.locator(f"main button[value='{role}@lumen.example']").click()
                page.wait_for_url(f"{address}/")
                page.close()
            yield port
        finally:
            browser.terminate()
            browser.wait(timeout=30)


def look(npx: str, port: int, url: str) -> Report:
    """Run by npx, which fetches Lighthouse once; nothing is reported to anybody. Now and then it misses the start."""
    command = [npx, "--yes", PACKAGE, url, f"--port={port}", "--quiet", "--output=json", "--no-enable-error-reporting"]
    command += [f"--only-categories={','.join(LEAST)}"]
    for _try in range(TRIES):
        done = subprocess.run(
            command, env=os.environ | {"CI": "true"}, capture_output=True, text=True, timeout=300, check=False
        )
        if not done.returncode:
            break
    else:
        sys.exit(f"Lighthouse failed on {url}:\n{done.stderr[-2000:]}")
    found: Report = json.loads(done.stdout)
    return found


def measure(npx: str, chromium: str, address: str, page: str) -> Figure:
    role, path = PAGES[page]
    with signed_in(chromium, address, role) as port:
        reports = [look(npx, port, f"{address}{path}") for _run in range(RUNS)]
    points = {category: round(median(points_of(report, category) for report in reports)) for category in LEAST}
    lost = {category: names for category in LEAST if (names := lost_in(reports[0], category))}
    figure = Figure(page, points, RUNS, round(os.getloadavg()[0], 1), lost)
    print(row_of(figure), flush=True)
    return figure


def points_of(report: Report, category: str) -> float:
    """Of 100; a page that Lighthouse did not reach has none."""
    return float(report["categories"][category]["score"] or 0) * 100


def lost_in(report: Report, category: str) -> list[str]:
    """The audits that count and are not perfect, with what they say."""
    counted = [ref["id"] for ref in report["categories"][category]["auditRefs"] if ref["weight"]]
    audits = [report["audits"][name] for name in counted]
    return [f"{one['id']} {one.get('displayValue', '')}".strip() for one in audits if (one["score"] or 0) < 1]


def row_of(figure: Figure) -> str:
    return f"{figure.page:<10}" + "".join(f"{figure.points[category]:>16}" for category in LEAST)


def table(figures: list[Figure]) -> str:
    heading = f"{'page':<10}" + "".join(f"{category:>16}" for category in LEAST)
    least = f"{'at least':<10}" + "".join(f"{points:>16}" for points in LEAST.values())
    below = [f"{one.page} lost by {name}" for one in figures if not one.enough for name in chain(*one.lost.values())]
    load, cores = max(one.load for one in figures), os.cpu_count() or 1
    busy = [f"The machine was busy (load {load} on {cores} cores): measure again."] if load > BUSY * cores else []
    return "\n".join(["", heading, *map(row_of, figures), least, *below, *busy])


if __name__ == "__main__":
    sys.exit(main())
