"""The page without a mouse, by ear, in light and dark, and on a phone."""

import re

import pytest
from visiting import DESKTOP, PHONE

CONTRAST = """() => {
    const pixel = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const canvas = pixel.getContext("2d", { willReadFrequently: true });
    const rgba = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const ground = (element) => {
        if (!element) return [255, 255, 255];
        const [r, g, b, a] = rgba(getComputedStyle(element).backgroundColor);
        if (a === 255) return [r, g, b];
        const mix = (under, over) => (under * (255 - a) + over * a) / 255;
        return ground(element.parentElement).map((under, i) => mix(under, [r, g, b][i]));
    };
    const light = (rgb) => {
        const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = rgb.map((v) => linear(v / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const poor = [];
    let seen = 0;
    for (const element of document.querySelectorAll(".frame *")) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own || !element.checkVisibility()) continue;
        if (element.closest(":disabled, .unseen, .map")) continue;
        seen++;
        const ink = light(rgba(getComputedStyle(element).color));
        const [a, b] = [ink, light(ground(element))].sort((x, y) => x - y);
        if ((b + 0.05) / (a + 0.05) < 4.5) poor.push(element.outerHTML.slice(0, 120));
    }
    return [seen, poor];
}"""


def question(page):
    return page.get_by_label("Question about the picture")


def test_everything_is_reached_by_keys(visitor):
    page = (visit := visitor(DESKTOP)).open("placed.tif")
    field = question(page)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.name === 'question'")
    page.keyboard.type("Find every")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("ship/boat.")
    assert field.input_value() == "Find every\nship/boat."
    page.keyboard.press("Enter")
    page.locator(".sentence").wait_for()
    # the map moves and zooms where nothing else has the keys
    region = page.locator(".map path.region").first
    region.wait_for(state="attached")
    page.evaluate("document.activeElement.blur()")
    for key, changed in (
        ("ArrowRight", "now.x < before.x - 20"),
        ("ArrowUp", "now.y > before.y + 20"),
        ("+", "now.width > 1.3 * before.width"),
        ("-", "now.width < 0.8 * before.width"),
    ):
        before = region.bounding_box()
        page.keyboard.press(key)
        now = "document.querySelector('.map path.region').getBoundingClientRect()"
        page.wait_for_function(f"before => {{ const now = {now}; return {changed}; }}", arg=before)
        page.locator(".map .leaflet-pan-anim").wait_for(
            state="detached"
        )  # a glide ends; keys in the middle of it are not heard
    # Escape: a popup, a drawing, a menu, a message
    page.locator("[data-region='1'] button").focus()
    page.keyboard.press("Enter")
    page.locator(".about").wait_for()
    page.keyboard.press("Escape")
    page.locator(".about").wait_for(state="detached")
    page.get_by_role("button", name="Draw a box to ask about").focus()
    page.keyboard.press("Space")
    page.get_by_text("Esc ends").wait_for()
    field.fill(" ")
    field.press("Enter")
    wrong = page.locator(".wrong")
    wrong.get_by_text("The question is empty").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("Esc ends").wait_for(state="hidden")
    assert wrong.is_visible()  # one thing at a time
    page.locator(".scene").press("Enter")
    menu = page.get_by_role("dialog", name="Pictures")
    menu.wait_for()
    page.keyboard.press("Escape")
    menu.wait_for(state="hidden")
    assert wrong.is_visible()
    page.keyboard.press("Escape")
    wrong.wait_for(state="hidden")
    page.locator(".scene").press("Enter")
    menu.locator(".choice").first.focus()
    page.keyboard.press("/")  # out of the menu, too
    menu.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.name") == "question"
    said = 'Found 3 ships. "boat" was not understood, and the answer leaves it out.'
    assert visit.page.locator(".sentence").inner_text() == said


def test_progress_is_read_aloud_at_each_quarter(visitor, looks):
    page = visitor(DESKTOP).open("large.png")
    page.evaluate(
        """() => {
            const said = (window.said = []);
            const status = document.querySelector(".ask > [role=status]");
            const hear = () => {
                const text = document.querySelector(".ask > [role=status]").innerText;
                if (text && text !== said.at(-1)) said.push(text);
            };
            const all = { childList: true, characterData: true, subtree: true };
            new MutationObserver(hear).observe(status, all);
        }"""
    )
    page.get_by_text("How to look").click()
    page.get_by_label("How closely to look").select_option("exhaustive")
    question(page).fill("Find every ship, bit by bit.")
    question(page).press("Enter")
    (looks / "0").touch()
    page.get_by_text(re.compile(r"^[1-9]\d* of")).wait_for()
    step, known = (
        int(page.get_by_role("progressbar").get_attribute(name))
        for name in ("aria-valuenow", "aria-valuemax")
    )
    given = 1
    for number, quarter in enumerate(("A quarter", "Half", "Three quarters"), 1):
        while 4 * given * step < number * known:
            (looks / str(given)).touch()
            given += 1
        page.locator(".ask > [role=status]", has_text=quarter).wait_for(state="attached")
    (looks / "all").touch()
    page.locator(".sentence").wait_for()
    said = page.evaluate("window.said")
    parts = [
        text.removesuffix(" of the windows looked at")
        for text in said
        if text.endswith(" of the windows looked at")
    ]
    assert parts == ["A quarter", "Half", "Three quarters"] and len(said) <= 5, said


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_words_can_be_read(visitor, scheme):
    page = (visit := visitor(PHONE if scheme == "dark" else DESKTOP)).page
    page.emulate_media(color_scheme=scheme)
    visit.open("placed.tif")
    visit.ask("Segment the ships, and guess.")
    seen, poor = page.evaluate(CONTRAST)
    assert seen > 60 and poor == []
    page.locator(".scene").click()
    page.get_by_text("Where and when").click()
    page.get_by_label("Near", exact=True).fill("here")
    page.keyboard.press("Enter")
    page.get_by_text("cannot be read").wait_for()
    page.get_by_label("Near", exact=True).fill("")
    page.get_by_label("Find pictures").fill("red")
    page.keyboard.press("Enter")
    page.locator("ol .choice").first.wait_for()
    assert page.evaluate(CONTRAST)[1] == []


def test_landmarks_headings_and_names_are_those_a_screen_reader_needs(visitor):
    page = (visit := visitor(DESKTOP)).open("placed.tif")
    visit.ask("Find every ship.")
    page.locator(".scene").click()
    page.get_by_text("Where and when").click()
    assert page.locator("main").count() == page.locator("h1").count() == 1
    twice = (
        "() => [...document.querySelectorAll('[id]')].map((e) => e.id).filter((id, i, all) =>"
        " all.indexOf(id) !== i)"
    )
    assert page.evaluate(twice) == []
    told = page.locator(".frame").aria_snapshot()
    for control in (
        '- button "placed.tif 300 × 200 px, 0.5 m a pixel Choose another picture"',
        '- searchbox "Find pictures"',
        '- textbox "Near"',
        '- textbox "In the box"',
        '- button "More like this one"',
        '- button "ship 3" [pressed]',
        '- link "中文"',
        '- application "Map of placed.tif. Arrow keys move it, plus and minus zoom."',
        '- complementary "Questions and answers"',
        '- textbox "Question about the picture"',
    ):
        assert control in told, control


def test_the_list_of_pictures_fills_a_phone(visitor):
    page = visitor(PHONE).open("plain.png")
    page.locator(".scene").click()
    menu = page.get_by_role("dialog", name="Pictures")
    page.get_by_text("Where and when").click()
    box = menu.bounding_box()
    assert (box["x"], box["y"]) == (0, 0) and (box["width"], box["height"]) == (
        PHONE["width"],
        PHONE["height"],
    )
    assert menu.evaluate("element => element.scrollWidth") <= PHONE["width"]
    small = """() => [...document.querySelectorAll(".menu button, .menu input, .menu summary")]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
        .map((one) => one.outerHTML)"""
    assert page.evaluate(small) == []
    menu.get_by_role("button", name="Close the list of pictures").click()
    menu.wait_for(state="hidden")


def test_a_strip_runs_over_the_map_while_tiles_load(visitor):
    visit = visitor(DESKTOP)
    held, go = [], []
    visit.page.route("**/tiles/**", lambda route: route.continue_() if go else held.append(route))
    visit.page.goto(visit.address)
    visit.page.locator(".welcome .choice", has_text="plain.png").click()
    visit.page.locator(".map.loading").wait_for()
    strip = "getComputedStyle(document.querySelector('.map'), '::after')"
    assert visit.page.evaluate(f"[{strip}.height, {strip}.width]") == [
        "3px",
        f"{visit.page.locator('.map').bounding_box()['width']:g}px",
    ]
    go.append(True)
    for route in held:
        route.continue_()
    visit.page.wait_for_selector(".map.loaded:not(.loading)")
