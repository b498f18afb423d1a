"""What every page of ours must be: readable, and whole for a screen reader."""

from typing import Any

from playwright.sync_api import Page, expect

CONTRAST = """
() => {
  const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => rgb(colour).slice(0, 3)
    .map((one) => one / 255).map((one) => one <= .04045 ? one / 12.92 : ((one + .055) / 1.055) ** 2.4)
    .reduce((sum, one, at) => sum + one * [.2126, .7152, .0722][at], 0);
  const behind = (one) => {
    const colour = getComputedStyle(one).backgroundColor;
    return rgb(colour)[3] === 0 ? behind(one.parentElement) : colour;
  };
  const told = [...document.querySelectorAll("body *")].filter((one) =>
    one.checkVisibility() && [...one.childNodes].some((c) => c.nodeType === 3 && c.data.trim()));
  return told.map((one) => {
    const [a, b] = [light(getComputedStyle(one).color), light(behind(one))].sort((x, y) => y - x);
    return [(a + .05) / (b + .05), one.outerHTML.slice(0, 80)];
  }).filter(([ratio]) => ratio < 4.5);
}
"""
"""Texts whose contrast is below what WCAG 2.2 asks for (1.4.3)."""

NAMELESS = """
() => [...document.querySelectorAll(
  "audio, textarea, input:not([type=hidden]), select, button, section, progress")]
  .filter((one) => !one.closest("[aria-hidden=true]") && !one.labels?.length && !one.ariaLabel
    && !one.textContent.trim() && !one.hasAttribute("aria-labelledby"))
  .map((one) => one.outerHTML.slice(0, 80))
"""
LANDMARKS = ("banner", "main", "contentinfo", "navigation")


def unreadable(page: Page) -> list[Any]:
    page.wait_for_load_state()  # its styles
    found: list[Any] = page.evaluate(CONTRAST)
    return found


def well_built(page: Page, landmarks: tuple[str, ...] = LANDMARKS) -> None:
    """Landmarks, one heading of the first level, a name for each control, no ID twice."""
    for landmark in landmarks:
        there = page.get_by_role(landmark, include_hidden=True)  # type: ignore[arg-type]
        expect(there.first).to_be_attached()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert page.evaluate(NAMELESS) == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
