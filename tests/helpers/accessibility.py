"""What axe-core finds on a page."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FOUND = """async (only) => {
    const { violations } = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
    return violations.filter(({ impact }) => ["moderate", "serious", "critical"].includes(impact))
        .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) =>
            `${id}: ${html.slice(0, 160)} ${failureSummary.split("\\n").slice(1, 3).join(" ")}`));
}"""
EVERYTHING: dict[str, Any] = {"type": "tag", "values": STANDARDS}
CONTRAST: dict[str, Any] = {"type": "rule", "values": ["color-contrast"]}


def findings(page: Page, only: dict[str, Any]) -> list[str]:
    found: list[str] = page.evaluate(FOUND, only)
    return found


def in_all_colours_and_languages(page: Page) -> list[str]:
    """Findings of the state that is shown; only contrast depends on the theme."""
    found = []
    for language in ("vi", "en"):
        page.evaluate("code => document.querySelector(`[data-language=${code}]`).click()", language)
        found += findings(page, EVERYTHING)
        page.evaluate("document.querySelector('[data-theme-toggle]').click()")
        found += findings(page, CONTRAST)
        page.evaluate("document.querySelector('[data-theme-toggle]').click()")
    return found
