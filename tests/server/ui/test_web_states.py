"""Every state of the page, on a desktop and on a phone, light and dark, under the rules of axe.

Findings are written as they come, and a picture of each state beside them, into the folder named
by GEOMAG_STATES, else into one of the test.
"""

import json
import os
from pathlib import Path

import pytest
from page_states import States, write_scenes
from visiting import PATIENT, PHONE

from geomagnifier_lab.bench.served_page import served

LARGE = {"width": 1440, "height": 900}
RULES = """() => axe
    .run({ resultTypes: ["violations"], rules: { "target-size": { enabled: true } } })
    .then((found) => found.violations.map((one) => {
        const checks = one.nodes.flatMap((node) => [...node.any, ...node.all, ...node.none]);
        return { rule: one.id, times: one.nodes.length, html: one.nodes[0].html.slice(0, 200),
            why: checks[0]?.message };
    }))"""
# Beyond axe: nothing is wider than the window, and what is touched on a phone is large enough.
BEYOND = """() => [...document.querySelectorAll(".frame *, .menu *")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => !one.closest(".map, .chips, .unseen, .skip, .brand .word"))
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([one, { left, right, width }]) => width && (right > innerWidth + 1 || left < -1))
    .map(([one, { left, right }]) =>
        `${Math.round(left)} to ${Math.round(right)} ${one.outerHTML.slice(0, 120)}`)"""
SMALL = """() => [...document.querySelectorAll("button, input, select, summary, textarea, .button")]
    .filter((one) => one.checkVisibility() && !one.closest(".phrase, .region-row, .unseen, .skip"))
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([one, { width, height }]) => width && Math.min(width, height) < 24)
    .map(([one, { width, height }]) =>
        `${Math.round(width)} x ${Math.round(height)} ${one.outerHTML.slice(0, 120)}`)"""


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Address of a service with the small model."""
    for library in ("nicegui", "fastapi", "uvicorn"):
        pytest.importorskip(library)
    folder = tmp_path_factory.mktemp("scenes")
    write_scenes(folder)
    with served(folder) as address:
        yield address


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [LARGE, PHONE], ids=["desktop", "phone"])
def test_every_state_keeps_the_rules_of_axe(browser, service, tmp_path, viewport, scheme):
    axe = Path(pytest.importorskip("axe_playwright_python").__file__).parent / "axe.min.js"
    look = f"{'phone' if viewport == PHONE else 'desktop'}-{scheme}"
    folder = Path(os.environ.get("GEOMAG_STATES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    found, seen = [], 0
    context = browser.new_context(
        viewport=viewport,
        color_scheme=scheme,
        reduced_motion="reduce",
        has_touch=viewport == PHONE,
        locale="en",
    )
    context.set_default_timeout(1000 * min(60, PATIENT))
    page = context.new_page()
    script = axe.read_text(encoding="utf-8")
    with (folder / f"{look}.jsonl").open("w", encoding="utf-8") as record:

        def tell(state, **finding):
            found.append({"state": state, **finding})
            record.write(json.dumps(found[-1], ensure_ascii=False) + "\n")
            record.flush()

        page.on("pageerror", lambda error: tell("script", error=str(error)))
        for state, error in States(page, service).walk():
            seen += error is None
            if error is not None:
                tell(state, error=error)
            page.screenshot(path=folder / f"{look}-{seen:02}-{state}.png")
            if page.evaluate("typeof axe") == "undefined":
                page.evaluate(script)
            for violation in page.evaluate(RULES):
                tell(state, **violation)
            if beyond := page.evaluate(BEYOND):
                tell(state, beyond=beyond[:3])
            if viewport == PHONE and (small := page.evaluate(SMALL)):
                tell(state, small=small[:5])
    context.close()
    assert seen == 40
    assert found == []
