"""The page in a real browser: open, ask at each level, point, draw, cancel, download, fail, reload.

No request leaves this machine.
"""

import json
import re

import pytest
from visiting import DESKTOP, PHONE, SHIPS


def regions_drawn(page):
    return page.locator(".map path.region").count()


def test_an_analyst_opens_and_asks_at_each_level(visit):
    page = visit.open("plain.png")
    assert "plain.png" in page.locator(".scene").inner_text()
    assert visit.ask("What kind of place is this?").inner_text() == "This is a red place."
    assert page.locator(".labels li").count() == 3 and regions_drawn(page) == 0
    assert visit.ask("Find every ship.").inner_text() == "Found 3 ships."
    page.locator(".map path.region").nth(2).wait_for(state="attached")
    assert page.locator("[data-region]").count() == regions_drawn(page) == 3
    assert page.locator("[data-region]", has_text="20 × 12 px").count() == 1
    assert visit.ask("Segment the ships.").inner_text().startswith("Found 3 ships.")
    page.get_by_role("link", name="GeoTIFF mask").wait_for()
    assert visit.ask("How many ships are there?").inner_text() == "Found 3 ships."
    assert page.locator(".meant").all_inner_texts() == ["Read as: count(ship)", "Value: 3"]
    # the panel is below the map on a phone and beside it on a desk, and neither is wider than the
    # screen
    stage, panel = page.locator(".stage").bounding_box(), page.locator(".panel").bounding_box()
    below = panel["y"] >= stage["y"] + stage["height"] - 1
    assert below == (page.viewport_size == PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_pointing_at_words_lights_regions_and_the_other_way_round(visitor):
    visit = visitor(DESKTOP)
    page = visit.open("placed.tif")
    visit.ask("Segment the ships.")
    phrase = page.locator(".phrase")
    assert phrase.inner_text() == "3 ships"
    page.locator(".map path.region").nth(2).wait_for(state="attached")
    phrase.hover()
    page.wait_for_function("document.querySelectorAll('.map path.region.lit').length === 3")
    page.locator("[data-region='2']").hover()
    page.wait_for_function("document.querySelectorAll('.map path.region.lit').length === 1")
    page.mouse.move(5, 5)
    page.wait_for_function("document.querySelectorAll('.lit').length === 0")
    page.locator(".map path.region").first.hover(force=True)
    page.wait_for_function(
        "document.querySelectorAll('.region-row.lit').length === 1 &&"
        " document.querySelector('.phrase').classList.contains('lit')"
    )
    page.locator("[data-region='2']").click()
    popup = page.locator(".about")
    popup.wait_for()
    facts = popup.inner_text()
    assert "ship" in facts and " px" in facts and " m × " in facts and " m²" in facts
    page.mouse.move(5, 5)
    page.locator(".map path.region.lit").wait_for(state="detached")


def test_a_box_is_drawn_asked_about_and_removed(visit):
    page = visit.open("plain.png")
    pen = page.get_by_role("button", name="Draw a box to ask about")
    pen.click()
    page.get_by_text("Esc ends").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("Esc ends").wait_for(state="hidden")
    assert pen.get_attribute("aria-pressed") == "false"
    pen.click()
    page.get_by_text("Esc ends").wait_for()
    frame = page.locator(".map").bounding_box()
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    page.mouse.move(x - 30, y - 30)
    page.mouse.down()
    page.mouse.move(x, y, steps=3)
    page.mouse.move(x + 30, y + 30)
    page.mouse.up()
    held = page.locator(".held")
    held.wait_for()
    x0, y0, x1, y1 = map(int, re.findall(r"\d+", held.inner_text()))
    assert 0 < x0 < 150 < x1 < 300 and 0 < y0 < 100 < y1 < 200
    inside = [b for b in SHIPS if b[0] < x1 and b[2] > x0 and b[1] < y1 and b[3] > y0]
    assert visit.ask("Find every ship.").inner_text().startswith(f"Found {len(inside)} ship")
    assert "box" in page.locator(".asked").inner_text()
    page.get_by_role("button", name="Remove the box").click()
    held.wait_for(state="hidden")
    page.locator("path.question-box").wait_for(state="detached")
    pen.click()
    page.get_by_text("Esc ends").wait_for()
    page.mouse.click(x - 20, y - 20)  # two corners, one after the other
    page.mouse.click(x + 20, y + 20)
    held.wait_for()


def test_work_under_way_is_told_and_can_be_cancelled(visitor, looks):
    visit = visitor(DESKTOP)
    page = visit.open("large.png")
    page.get_by_text("How to look").click()
    page.get_by_label("How closely to look").select_option("exhaustive")
    page.get_by_label("Question about the picture").fill("Find every ship, bit by bit.")
    page.keyboard.press("Enter")
    (looks / "one").touch()
    page.get_by_text(re.compile(r"[1-9]\d* of \d+ windows")).wait_for()
    bar = page.get_by_role("progressbar")
    assert int(bar.get_attribute("aria-valuemax")) > 1
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Stopping at the next window …").wait_for()
    (looks / "all").touch()
    page.get_by_text("Cancelled: this is what was seen until then.").wait_for()
    bar.wait_for(state="hidden")
    assert visit.ask("What kind of place is this?").inner_text()  # and it goes on


def test_a_long_list_of_regions_is_shown_bit_by_bit_and_in_another_order(visitor):
    page = (visit := visitor(DESKTOP)).open("large.png")
    visit.ask("Segment ships and water.")
    rows = page.locator(".region-row")
    assert rows.count() == 20
    page.get_by_label("Order of the regions").select_option("size")
    page.wait_for_function(
        "document.querySelector('.region-row .label').innerText.includes('water')"
    )
    page.get_by_text("20 of 49 shown").wait_for()
    page.get_by_role("button", name="Show 29 more").click()
    page.wait_for_function("document.querySelectorAll('.region-row').length === 49")
    page.get_by_text(" shown").wait_for(state="detached")
    colours = page.locator(".phrase").evaluate_all(
        "all => all.map((one) => one.style.getPropertyValue('--own'))"
    )
    assert len(set(colours)) == 2


def test_heat_and_looks_are_layers_to_be_switched(visitor):
    page = (visit := visitor(DESKTOP)).open("large.png")
    visit.ask("Find every ship.")
    regions, looks = (
        page.get_by_role("button", name=name, exact=True) for name in ("Regions", "Looks")
    )
    page.locator(".map path.region").first.wait_for(state="attached")
    looks.click()
    page.locator(".map path.look").first.wait_for(state="attached")
    regions.click()
    page.locator(".map path.region").first.wait_for(state="detached")
    assert regions.get_attribute("aria-pressed") == "false"
    heat = page.get_by_role("button", name="Heat", exact=True)
    heat.click()
    page.wait_for_function("document.querySelector('.map img.heat')?.naturalWidth > 1")
    cost = page.locator("details", has_text="Where it looked")
    assert "Mpx" in cost.inner_text()
    assert "in the scene" in cost.inner_text() and "looking closely" in cost.inner_text()


def test_an_answer_is_taken_away(visitor, tmp_path):
    page = (visit := visitor(DESKTOP)).open("placed.tif")
    visit.ask("Segment the ships.")
    found = {}
    for name in ("GeoJSON", "GeoPackage", "GeoTIFF mask", "PNG"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name, exact=True).click()
        found[name] = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(found[name])
    document = json.loads(found["GeoJSON"].read_text())
    assert len(document["features"]) == 3
    assert document["features"][0]["geometry"]["coordinates"][0][0][0] == pytest.approx(
        15.0, abs=0.01
    )
    assert found["GeoPackage"].read_bytes().startswith(b"SQLite format 3")
    assert found["GeoTIFF mask"].read_bytes()[:2] in (b"II", b"MM")
    assert found["PNG"].read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_used_is_one_line_and_loses_nothing(visitor, tmp_path):
    page = (visit := visitor(DESKTOP)).open("plain.png")
    visit.ask("Find every ship.")
    page.locator(".map path.region").nth(2).wait_for(state="attached")
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"II*\0" + b"nonsense" * 40)
    large = tmp_path / "huge.png"
    large.write_bytes(bytes(1_100_000))
    alert = page.get_by_role("alert")
    for path, said in ((broken, "broken.tif"), (large, "larger than 1 MB")):
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Open a picture from this device").click()
        chooser.value.set_files(path)
        alert.get_by_text(said).wait_for()
        assert "\n" not in alert.inner_text().strip() and "Traceback" not in alert.inner_text()
    assert page.locator(".sentence").inner_text() == "Found 3 ships." and regions_drawn(page) == 3
    assert "plain.png" in page.locator(".scene").inner_text()
    page.get_by_label("Question about the picture").fill("   ")
    page.keyboard.press("Enter")
    alert.get_by_text("The question is empty").wait_for()
    page.get_by_role("button", name="Dismiss this message").click()
    alert.wait_for(state="hidden")


def test_a_picture_is_dropped_on_the_page(visitor, root):
    visit = visitor(DESKTOP)
    page = visit.page
    page.goto(visit.address)
    page.locator(".drop").wait_for()
    data = (root / "plain.png").read_bytes()
    page.evaluate(
        """bytes => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "mine.png", { type: "image/png" }));
        for (const kind of ["dragenter", "drop"]) document.querySelector(".stage").dispatchEvent(
            new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true })); }""",
        list(data),
    )
    page.wait_for_selector(".map.loaded")
    assert "mine.png" in page.locator(".scene").inner_text()
    assert visit.ask("Count the ships.").inner_text() == "Found 3 ships."


def test_a_reload_keeps_the_answer_and_the_earlier_questions(visit):
    page = visit.open("plain.png")
    visit.ask("What kind of place is this?")
    visit.ask("Find every ship.")
    page.reload()
    page.locator(".sentence").wait_for()
    assert page.locator(".sentence").inner_text() == "Found 3 ships."
    earlier = page.get_by_label("Earlier questions").get_by_role("listitem")
    assert earlier.count() == 2
    earlier.filter(has_text="What kind of place").get_by_role("button").click()
    page.locator(".labels").wait_for()
    assert page.locator(".asked").inner_text() == "What kind of place is this?"
    # The answer's elements and the script that fills the field reach the browser in two messages.
    page.wait_for_function(
        "document.querySelector('[name=question]').value === 'What kind of place is this?'"
    )
    page.get_by_role("button", name="Clear").click()
    earlier.first.wait_for(state="detached")


def test_the_page_is_used_by_keyboard_and_named_for_screen_readers(visitor):
    page = (visit := visitor(DESKTOP)).open("placed.tif")
    visit.ask("Find every ship.")
    nameless = page.evaluate(
        """() => {
            const kinds = "button, a[href], input, select, textarea, [role=application]";
            const name = (e) => e.getAttribute("aria-label") || e.innerText?.trim();
            return [...document.querySelectorAll(kinds)]
                .filter((e) => e.checkVisibility() && !name(e))
                .map((e) => e.outerHTML);
        }"""
    )
    assert nameless == []
    page.get_by_label("Question about the picture").focus()
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "document.activeElement.getAttribute('aria-label') ||"
                " document.activeElement.innerText"
            )
        )
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", f"the focus cannot be seen on {seen[-1]}"
    assert seen[0] == "Ask" and len(set(seen)) == len(seen)
    page.locator(".map path.region").first.wait_for(state="attached")
    page.locator("[data-region='1']").focus()
    page.wait_for_function("document.querySelectorAll('.map path.region.lit').length === 1")
    page.keyboard.press("Enter")
    page.locator(".about").wait_for()


def test_light_and_dark_follow_the_system_until_one_is_chosen(visitor):
    visit = visitor(DESKTOP)
    page = visit.page
    page.goto(visit.address)
    ground = "getComputedStyle(document.body).backgroundColor"
    button = page.locator("[data-act=theme]")
    button.wait_for()
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(ground)
    assert light != dark
    button.click()  # light
    assert page.evaluate(ground) == light and "light" in button.get_attribute("aria-label")
    page.reload()
    button.wait_for()
    assert page.evaluate(ground) == light
