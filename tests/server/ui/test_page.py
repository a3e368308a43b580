"""The page in a real browser: open, ask at each level, point, draw, cancel, download, fail, reload.

No request leaves this machine.
"""

import json
import math
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
    assert page.locator(".meant").all_inner_texts() == ["Read as: count(ship)"]
    assert page.locator(".value").inner_text() == "3"
    # the answer stands right under the question, which is empty again; the other turns are folded
    order = page.locator(".panel section, .panel details").evaluate_all(
        "all => all.map((one) => one.ariaLabel).filter((name) => name)"
    )
    assert order[:3] == ["Question", "Answer", "Regions"]
    assert page.get_by_label("Question about the picture").input_value() == ""
    assert page.locator(".asked:visible").inner_text() == "How many ships are there?"
    turns = page.get_by_label("This conversation")
    assert turns.inner_text() == "Earlier in this conversation: 3"
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
    # the key names the class, hides it, and shows it again
    shown = page.get_by_role("button", name="ship 3")
    shown.click()
    page.locator(".map path.region").first.wait_for(state="detached")
    assert shown.get_attribute("aria-pressed") == "false"
    page.locator("[data-region='1']").click()  # as it is wanted again
    page.locator(".map path.region").nth(2).wait_for(state="attached")
    page.get_by_label("Outline", exact=True).fill("0")
    page.wait_for_function(
        "document.querySelector('.map path.region').getAttribute('stroke-opacity') === '0'"
    )
    page.get_by_role("button", name="Compare with the picture").click()
    line = page.get_by_label("Where the answer ends and the picture alone begins")
    line.fill("250")
    assert "rect(" in page.locator(".leaflet-answer-pane").get_attribute("style")
    page.get_by_role("button", name="Compare with the picture").click()
    line.wait_for(state="detached")


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
    assert "box" in page.locator(".asked:visible").inner_text()
    suggested = page.get_by_role("group", name="Suggested questions")
    suggested.get_by_role("button", name="What is in this box?").wait_for()
    page.get_by_role("button", name="Ask about the whole picture").click()
    held.wait_for(state="hidden")
    page.locator("path.question-box").wait_for(state="detached")
    pen.click()
    page.get_by_text("Esc ends").wait_for()
    page.mouse.click(x - 20, y - 20)  # two corners, one after the other
    page.mouse.click(x + 20, y + 20)
    held.wait_for()
    page.get_by_role("button", name="Draw a polygon to ask about").click()
    page.get_by_text("Enter or a double click closes it").wait_for()
    for across, down in ((-60, -60), (60, -60), (60, 60)):
        page.mouse.click(x + across, y + down)
    page.keyboard.press("Enter")
    page.locator(".held", has_text="Polygon of 3 corners").wait_for()
    assert visit.ask("Find every ship.").inner_text()
    assert "polygon" in page.locator(".asked:visible").inner_text()
    page.get_by_role("button", name="Ask about the place of a click").click()
    page.get_by_text("Click a place").wait_for()
    page.mouse.click(x, y)
    page.locator(".held", has_text="Box").wait_for()


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
    early = page.locator(".map path.region.early")  # what was found so far
    early.first.wait_for(state="attached")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Stopping at the next window …").wait_for()
    (looks / "all").touch()
    page.get_by_text("Cancelled: this is what was seen until then.").wait_for()
    bar.wait_for(state="hidden")
    page.locator(".map path.region:not(.early)").first.wait_for(state="attached")
    assert early.count() == 0
    assert visit.ask("What kind of place is this?").inner_text()  # and it goes on


def test_the_table_of_regions_sorts_filters_and_grows(visitor):
    page = (visit := visitor(DESKTOP)).open("large.png")
    visit.ask("Segment ships and water.")
    rows = page.locator(".region-row")
    page.get_by_text("20 of 49 shown").wait_for()
    assert rows.count() == 20
    page.get_by_role("button", name="Show 29 more").click()
    page.wait_for_function("document.querySelectorAll('.region-row').length === 49")
    page.get_by_text(" shown").wait_for(state="detached")
    page.get_by_role("button", name="Size", exact=True).click()  # the largest first
    page.wait_for_function(
        "document.querySelector('.region-row .label').innerText.includes('water')"
    )
    page.get_by_label("Class shown in the table").select_option(label="water")
    page.wait_for_function("document.querySelectorAll('.region-row').length === 1")
    page.get_by_label("Class shown in the table").select_option(label="All classes")
    bars = page.get_by_role("group", name="How many regions of each size").get_by_role("button")
    assert bars.count() == 12
    bars.last.click()
    page.wait_for_function("document.querySelectorAll('.region-row').length === 1")
    assert page.locator(".region-row").inner_text().split()[1] == "water"
    colours = page.locator(".phrase").evaluate_all(
        "all => all.map((one) => one.style.getPropertyValue('--own'))"
    )
    assert len(set(colours)) == 2 and "#0072b2" in colours  # water is blue


def test_relevance_and_windows_are_layers_to_be_switched(visitor):
    page = (visit := visitor(DESKTOP)).open("large.png")
    visit.ask("Find every ship.")
    page.locator(".map path.region").first.wait_for(state="attached")
    cost = page.locator("details", has_text="Where it looked")
    assert not page.get_by_role("button", name="Windows", exact=True).is_visible()
    page.get_by_text("Where it looked").click()
    page.get_by_role("button", name="Windows", exact=True).click()
    page.locator(".map path.look").first.wait_for(state="attached")
    page.get_by_role("button", name="Relevance", exact=True).click()
    page.wait_for_function("document.querySelector('.map img.heat')?.naturalWidth > 1")
    page.get_by_label("Opacity of the relevance map").fill("0.3")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.map img.heat')).opacity === '0.3'"
    )
    assert "Mpx" in cost.inner_text()
    assert "in the scene" in cost.inner_text() and "looking closely" in cost.inner_text()


def test_the_map_goes_to_the_answer_or_says_what_is_outside(visitor):
    page = (visit := visitor(DESKTOP)).open("large.png")
    # the picture fills the map: 8 px are left on either side, or above and below
    width, height = page.evaluate(
        "[...document.querySelectorAll('.map')].flatMap((m) => [m.clientWidth, m.clientHeight])"
    )
    zoom = float(page.evaluate("location.hash").lstrip("#").split("/")[0])
    assert zoom == pytest.approx(
        3 + math.log2(min((width - 16) / 1600, (height - 16) / 1200)), abs=0.01
    )
    for _ in range(3):
        page.get_by_role("button", name="Zoom in").click()
    visit.ask("Segment ships and water.")
    outside = page.locator(".outside")
    outside.get_by_text(re.compile(r"[1-9]\d* outside this view")).wait_for()
    outside.get_by_role("button", name="Show all").click()
    outside.wait_for(state="detached")


def test_an_answer_is_taken_away(visitor, tmp_path):
    page = (visit := visitor(DESKTOP)).open("placed.tif")
    visit.ask("Segment the ships.")
    found = {}
    for name in ("CSV", "GeoJSON", "GeoPackage", "GeoTIFF mask", "PNG for a report"):
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
    table = found["CSV"].read_text().splitlines()
    assert table[0].startswith("number,label,score,area_m2") and len(table) == 4
    assert found["PNG for a report"].read_bytes().startswith(b"\x89PNG")


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


def test_a_link_shows_another_browser_the_answer_and_the_view(visitor):
    page = (visit := visitor(DESKTOP)).open("plain.png")
    visit.ask("Find every ship.")
    page.locator(".map path.region").nth(2).wait_for(state="attached")
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_function("location.search.startsWith('?job=')")
    link = page.url
    other = visitor(DESKTOP).page
    other.goto(link)
    other.locator(".sentence").wait_for()
    assert other.locator(".sentence").inner_text() == "Found 3 ships."
    assert other.locator(".asked:visible").inner_text() == "Find every ship."
    other.locator(".map path.region").nth(2).wait_for(state="attached")
    other.wait_for_function("link => location.href === link", arg=link)
    other.goto(f"{visit.address}/?job=nothing-of-that-name")
    other.locator(".welcome .choice").first.wait_for()


def test_a_reload_keeps_the_answer_and_the_earlier_questions(visit):
    page = visit.open("plain.png")
    visit.ask("What kind of place is this?")
    visit.ask("Find every ship.")
    page.reload()
    page.locator(".sentence").wait_for()
    assert page.locator(".sentence").inner_text() == "Found 3 ships."
    earlier = page.get_by_label("Earlier questions").get_by_role("listitem")
    assert earlier.count() == 2
    page.get_by_text("Kept for this browser until the service is stopped").wait_for()
    earlier.filter(has_text="What kind of place").get_by_role("button").click()
    page.locator(".labels").wait_for()
    assert page.locator(".asked:visible").inner_text() == "What kind of place is this?"
    page.get_by_role("button", name="Clear").click()
    earlier.first.wait_for(state="detached")


def test_the_page_is_used_by_keyboard_and_named_for_screen_readers(visitor):
    page = (visit := visitor(DESKTOP)).open("placed.tif")
    visit.ask("Find every ship.")
    nameless = page.evaluate(
        """() => {
            const kinds = "button, a[href], input, select, textarea, [role=application]";
            const name = (e) => e.getAttribute("aria-label") ||
                e.innerText?.trim() || e.labels?.[0]?.innerText;
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
    page.locator("[data-region='1'] button").focus()
    page.wait_for_function("document.querySelectorAll('.map path.region.lit').length === 1")
    page.keyboard.press("Enter")
    page.locator(".about").wait_for()


def test_a_language_and_a_base_map_are_chosen_and_remembered(visitor):
    visit = visitor(DESKTOP)
    page = visit.open("placed.tif")
    assert visit.elsewhere == []  # nothing is fetched unasked
    # by selectors: between two documents there is none that a script could be run in
    page.wait_for_selector("html[lang=en-US]")
    page.get_by_role("link", name="中文").click()
    page.wait_for_selector("html[lang=zh-CN] .map.loaded")  # the same picture
    page.locator("a.language", has_text="English").click()
    page.wait_for_selector("html[lang=en-US] .map.loaded")
    page.get_by_text("Base map").click()
    field = page.get_by_label("XYZ address of a base map")
    field.fill("tiles.example.org")
    field.press("Enter")
    page.get_by_text("Write an address that begins with").wait_for()
    page.route("http://tiles.example.org/**", lambda route: route.fulfill(body=b""))
    field.fill("http://tiles.example.org/{z}/{x}/{y}.png")
    with page.expect_request("http://tiles.example.org/**"):
        field.press("Enter")
    page.get_by_text("Base map").click()
    page.get_by_role("button", name="Use none").click()
    page.wait_for_function("localStorage.getItem('geomag-base-map') === ''")
    assert {url.split("/")[2] for url in visit.elsewhere} == {"tiles.example.org"}
    visit.elsewhere.clear()


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
