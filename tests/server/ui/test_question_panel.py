"""Asking on in a real browser.

How to look, follow-ups, warnings, pictures found by what they show, thousands of regions.
"""

import re

from visiting import DESKTOP

PAINTED = """() => {
    const data = (c) => {
        const { width, height } = c;
        const copy = Object.assign(document.createElement('canvas'), { width, height });
        const context = copy.getContext('2d');
        context.drawImage(c, 0, 0);
        return context.getImageData(0, 0, width, height).data;
    };
    return [...document.querySelectorAll('.map canvas')].some(
        (c) => c.width && data(c).some((value) => value > 0)
    );
}"""


def test_how_to_look_is_set_in_a_fold_and_a_slip_is_told_beside_its_field(visit):
    page = visit.open("plain.png")
    recall, least, budget = (
        page.get_by_label(name, exact=True) for name in ("Recall", "Least score", "Budget")
    )
    assert not recall.is_visible()
    page.get_by_text("How to look").click()
    recall.fill("7")
    least.fill("0.3")
    page.get_by_label("Question about the picture").fill("Find every ship.")
    page.keyboard.press("Enter")
    page.get_by_text("A share between 0 and 1, such as 0.95.").wait_for()
    page.wait_for_function("document.activeElement.name === 'recall'")
    assert recall.get_attribute("aria-invalid") == "true"
    page.get_by_text("give one of the two").wait_for()
    assert page.locator(".sentence").count() == 0
    recall.fill("")
    budget.fill("20")
    page.keyboard.press("Enter")
    page.get_by_text("such as 20 s or 4 Mpx").last.wait_for()
    page.wait_for_function("document.activeElement.name === 'budget'")
    budget.fill("20 s")
    page.keyboard.press("Enter")  # in a field of the fold too
    page.locator(".sentence").wait_for()
    page.locator(".told", has_text="within 20 s, score from 0.3").wait_for()
    assert page.locator(".amiss:visible").count() == 0


def test_what_the_model_cannot_promise_is_told_under_the_question(visitor):
    page = visitor(DESKTOP).open("plain.png")
    page.get_by_text("How to look").click()
    page.get_by_label("Recall", exact=True).fill("95%")
    page.get_by_label("Question about the picture").fill("Find every ship.")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("no measured curve of recall").wait_for()


def test_a_follow_up_refers_to_the_answer_that_is_shown(visit):
    page = visit.open("plain.png")
    topic = page.locator(".topic")
    assert not topic.is_visible()
    visit.ask("Find every ship.")
    topic.get_by_text("Goes on from: Found 3 ships.").wait_for()
    page.get_by_role("button", name="And the largest of them?").click()
    page.locator(".meant", has_text="Find the largest of the ships").wait_for()
    page.wait_for_function("document.querySelectorAll('.map path.region').length === 1")
    assert visit.ask("Segment it.").inner_text().startswith("Found 1 ship.")
    page.locator(".meant", has_text="Segment the ship").wait_for()
    page.get_by_text("Earlier in this conversation: 2").click()
    turns = page.get_by_label("This conversation").get_by_role("listitem")
    assert [turn.inner_text().split("\n")[0] for turn in turns.all()] == [
        "Find every ship.",
        "And the largest of them?",
    ]
    page.reload()  # and the conversation is still there
    page.locator(".meant", has_text="Segment the ship").wait_for()
    page.get_by_text("Earlier in this conversation: 2").click()
    assert turns.count() == 2
    turns.first.get_by_role("button").click()  # go on from an earlier turn
    topic.get_by_text("Goes on from: Found 3 ships.").wait_for()
    turns.first.wait_for(state="detached")


def test_a_new_topic_drops_what_went_before(visitor):
    page = (visit := visitor(DESKTOP)).open("plain.png")
    visit.ask("Find every ship.")
    page.get_by_role("button", name="New topic").click()
    page.locator(".topic").wait_for(state="hidden")
    visit.ask("Segment the ships.")
    assert not page.get_by_label("This conversation").is_visible()
    assert page.locator(".meant").count() == 0
    visit.ask("What kind of place is this?")
    page.get_by_text("Earlier in this conversation: 1").wait_for()
    page.get_by_label("Question about the picture").fill("Segment those.")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("the last answer found nothing").wait_for()
    assert page.locator(".asked:visible").inner_text() == "What kind of place is this?"
    # what could not be asked can be put right; it comes back a moment after the message
    field = page.get_by_label("Question about the picture")
    page.wait_for_function("field => field.value === 'Segment those.'", arg=field.element_handle())


def test_warnings_stand_with_the_answer(visitor):
    page = (visit := visitor(DESKTOP)).open("plain.png")
    visit.ask("Find every ship, and guess.")
    warned = page.get_by_label("Warnings").get_by_role("listitem")
    assert warned.all_inner_texts() == ["One word was guessed"]
    visit.ask("What kind of place is this?")
    warned.wait_for(state="detached")


def test_pictures_are_found_by_what_they_show_and_by_likeness(visit):
    page = visit.open("plain.png")
    page.locator(".scene").click()
    field = page.get_by_label("Find pictures")
    field.fill("meadow")
    menu = page.get_by_role("dialog", name="Pictures")
    menu.locator("ul .choice").nth(1).wait_for(state="detached")  # by name, as one types
    field.fill("green")
    page.keyboard.press("Enter")
    menu.get_by_role("heading", name="Pictures “green”", exact=True).wait_for()
    names = menu.locator("ol .choice strong")
    assert names.count() == 5 and names.first.inner_text() == "meadow.png"
    assert "likeness 0.9" in menu.locator("ol .choice").first.inner_text()
    menu.get_by_role("button", name="More like this one").click()
    menu.get_by_role("heading", name="Pictures like plain.png", exact=True).wait_for()
    assert "plain.png" not in names.all_inner_texts() and names.first.inner_text() == "placed.tif"
    menu.get_by_role("button", name="All pictures").click()
    names.first.wait_for(state="hidden")
    field.fill("  ")
    page.keyboard.press("Enter")
    menu.get_by_text("Say what the pictures show").wait_for()
    field.fill("green")
    page.keyboard.press("Enter")
    menu.get_by_role("heading", name="Pictures “green”", exact=True).wait_for()
    names.first.click()
    page.wait_for_function("document.querySelector('.scene .name').innerText === 'meadow.png'")
    menu.wait_for(state="hidden")


def test_a_browser_that_is_busy_for_a_while_goes_on_where_it_was(visitor):
    page = (visit := visitor(DESKTOP)).open("plain.png")
    visit.ask("Find every ship.")
    page.evaluate(
        "() => { for (const end = performance.now() + 10_000; performance.now() < end; );"
        " window.kept = true; }"
    )
    visit.ask("What kind of place is this?")
    assert page.evaluate("window.kept")  # the page was not loaded anew
    assert page.locator(".topic").inner_text().startswith("Goes on from: This is a red place.")


def test_thousands_of_regions_stay_usable(visitor):
    page = (visit := visitor(DESKTOP)).open("many.png")
    visit.ask("Find every ship.")
    page.wait_for_function(PAINTED)
    assert page.locator(".map path.region").count() == 0  # on a canvas
    title = page.get_by_role("heading", name=re.compile(r"[78],\d{3} regions"))
    count = title.inner_text().split()[0]
    page.get_by_text(f"20 of {count} shown").wait_for()
    page.get_by_role("button", name="Show 100 more").click()
    page.get_by_text(f"120 of {count} shown").wait_for()
    assert page.locator(".region-row").count() == 120
    page.locator("[data-region='117']").click()
    page.locator(".about").wait_for()
    page.keyboard.press("Escape")
    # one that is pointed at stands out, and tells of itself where it is clicked
    middle = page.locator(".map path.lifted").bounding_box()
    page.mouse.move(0, 0)
    page.locator(".map path.lifted").wait_for(state="detached")
    page.mouse.click(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2)
    page.locator(".about").wait_for()
    page.locator(".map path.lifted").wait_for(state="attached")
    page.keyboard.press("Escape")
    # a class that is hidden is not painted
    page.locator(".key-row").first.click()
    page.wait_for_function(f"() => !({PAINTED})()")
    page.locator(".key-row").first.click()
    page.wait_for_function(PAINTED)


PAINT = """async () => {
    const { imports } = JSON.parse(document.querySelector("script[type=importmap]").textContent);
    const worker = new Worker(new URL(`${imports["geomag-map/"]}painter.js`, location.href));
    const [side, scale, x, y] = [256, 2 ** 22, 700_000_000, 300_000_000];
    const ring = [[100, 50], [120, 50], [120, 70], [100, 70]];
    const points = ring.flatMap(([right, down]) => [(x + right) / scale, (y + down) / scale]);
    const boxes = [points[0], points[1], points[4], points[5]];
    const shapes = { points, starts: [0, 4], first: [0, 1], boxes, kinds: [0], masked: [true],
        colours: ["#ff0000"] };
    const look = { hidden: new Set(), fill: 0.5, line: 1, lit: null };
    const paint = (tile) => new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data.bitmap);
        worker.postMessage({ key: "one", side, scale, ratio: 1, ...tile });
    });
    worker.postMessage({ shapes, look });
    if (await paint({ x: x + side, y }) !== null) return "an empty tile has a picture";
    const canvas = new OffscreenCanvas(side, side);
    const context = canvas.getContext("2d");
    context.drawImage(await paint({ x, y }), 0, 0);
    worker.terminate();
    const alpha = (...at) => context.getImageData(...at, 1, 1).data[3];
    return [alpha(90, 60), alpha(110, 60), alpha(100, 60), alpha(119, 60), alpha(110, 75)];
}"""


def test_outlines_are_painted_to_the_pixel_far_from_the_corner_of_the_earth(visitor):
    page = visitor(DESKTOP).open("plain.png")
    outside, filled, left, right, below = page.evaluate(PAINT)
    assert outside == below == 0
    assert 70 < filled < 95 and min(left, right) > 1.3 * filled
