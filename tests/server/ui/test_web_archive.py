"""The archive in a real browser.

Pictures found where and when they were taken, a part of a large one, what nobody waits for,
history.
"""

import re
import time
import urllib.request

import pytest
from visiting import DESKTOP, PATIENT

NEAR = "15.001, 47.853"
"""Inside placed.tif."""
BUSY = """([name, wait]) => {
    [...document.querySelectorAll("button")].find((one) => one.innerText.trim() === name).click();
    for (const end = performance.now() + wait; performance.now() < end; );
}"""
"""A button is clicked, and then the browser is busy for some milliseconds."""


def found(menu, title):
    """What stands in the lines of a search, once it is done."""
    menu.get_by_role("heading", name=title, exact=True).wait_for()
    return [line.replace("\n", " ") for line in menu.locator("ol .choice").all_inner_texts()]


def test_pictures_are_found_where_and_when_they_were_taken(visitor):
    page = visitor(DESKTOP).open("placed.tif")
    page.locator(".scene").click()
    menu = page.get_by_role("dialog", name="Pictures")
    near, within, box, since, before = (
        menu.get_by_label(name, exact=True)
        for name in ("Near", "Within", "In the box", "From", "Before")
    )
    menu.get_by_text("Where and when").click()
    for field, slip, told in (
        (near, "15", "a place is LON,LAT in degrees"),
        (near, "15, 95", "is not on the Earth"),
        (within, "5 km", "Say from which place"),
        (box, "1,2,3", "a box is W,S,E,N in degrees"),
        (since, "soon", "is no date"),
    ):
        field.fill(slip)
        page.keyboard.press("Enter")
        menu.get_by_role("alert").get_by_text(told).wait_for()
        page.wait_for_function(
            "name => document.activeElement.name === name", arg=field.get_attribute("name")
        )
        field.fill("")
    since.fill("2025")
    before.fill("2024")
    page.keyboard.press("Enter")
    menu.get_by_role("alert").get_by_text("exchange the two dates").wait_for()
    assert menu.locator("ol .choice").count() == 0
    # a place and a time are enough
    near.fill(NEAR)
    since.fill("2024-05")
    before.fill("2025")
    page.keyboard.press("Enter")
    lines = found(menu, f"Pictures within 10 km of {NEAR}, from 2024-05, before 2025")
    assert len(lines) == 1 and lines[0].startswith(
        "placed.tif right there 2024-05-31 10:15 UTC 300 × 200 px"
    )
    # and beside words
    menu.get_by_label("Find pictures").fill("red")
    before.fill("2024-05-31")
    page.keyboard.press("Enter")
    assert (
        found(menu, f"No pictures “red” within 10 km of {NEAR}, from 2024-05, before 2024-05-31")
        == []
    )
    menu.get_by_text("A picture without a CRS is in no place").wait_for()
    for field in (near, since, before):
        field.fill("")
    page.evaluate(BUSY, ["What the map shows", 3000])  # for longer than NiceGUI waits by itself
    page.wait_for_function("document.querySelector('[name=bbox]').value !== ''")
    shown = box.input_value()
    west, south, east, north = map(float, shown.split(", "))
    assert (
        14.9 < west < 15.0
        and 15.002 < east < 15.1
        and 47.8 < south < 47.8527
        and 47.8534 < north < 47.9
    )
    box.press("Enter")
    lines = found(menu, f"Pictures “red” in {shown}")
    assert len(lines) == 1 and re.match(
        r"placed\.tif likeness 0\.\d\d 47\.85\d+° N, 15\.00\d+° E 2024-05-31 10:15 UTC ", lines[0]
    )
    # beside likeness, too, and the picture itself is none of the hits
    menu.get_by_role("button", name="More like this one").click()
    assert found(menu, f"No pictures like placed.tif in {shown}") == []


def test_the_map_of_a_picture_without_a_place_gives_no_box(visitor):
    page = visitor(DESKTOP).open("plain.png")
    page.locator(".scene").click()
    page.get_by_text("Where and when").click()
    assert page.get_by_role("button", name="What the map shows").is_disabled()


def test_a_hit_that_is_a_part_opens_there(visit):
    page = visit.open("plain.png")
    page.locator(".scene").click()
    menu = page.get_by_role("dialog", name="Pictures")
    menu.get_by_label("Find pictures").fill("blue")
    page.keyboard.press("Enter")
    assert found(menu, "Pictures “blue”")[0].startswith("large.png likeness ")
    hit = menu.locator("ol .choice").first
    hit.get_by_text("a part of it").wait_for()
    source = hit.locator("img").get_attribute("src")
    x0, _, x1, _ = map(int, re.search(r"box=([\d,]+)$", source)[1].split(","))
    assert x1 == 1600 and x0 > 800  # the water is on the right
    assert urllib.request.urlopen(f"{visit.address}{source}").headers["content-type"] == "image/png"
    hit.click()
    page.wait_for_function("document.querySelector('.scene .name').innerText === 'large.png'")
    outline = page.locator(".map path.found-part").last
    outline.wait_for(state="attached")
    part, stage = outline.bounding_box(), page.locator(".map").bounding_box()
    assert part["x"] >= stage["x"] and part["x"] + part["width"] <= stage["x"] + stage["width"]
    assert part["width"] > 0.4 * stage["width"] or part["height"] > 0.4 * stage["height"]
    visit.ask("What kind of place is this?")
    outline.wait_for(state="detached")


@pytest.mark.parametrize(
    "box", ["1,2,3", "a,b,c,d", "5,5,1,1", "9000,0,9100,50", "0,0,nan,9", "9" * 5000]
)
def test_a_part_that_is_none_is_refused(address, root, box):
    import httpx

    card = next(
        card
        for card in httpx.get(f"{address}/v1/scenes", timeout=PATIENT).json()["scenes"]
        if card["name"] == "plain.png"
    )
    reply = httpx.get(
        f"{address}/web/scenes/{card['id']}/thumb.png", params={"box": box}, timeout=PATIENT
    )
    assert reply.status_code == 422 and reply.json()["error"]["type"] == "BoxError"


def test_searches_that_nobody_waits_for_are_cancelled(visitor, tmp_path):
    visit = visitor(DESKTOP)
    page = visit.open("plain.png")
    before = cancelled(visit.address)
    page.locator(".scene").click()
    field = page.get_by_label("Find pictures")
    field.fill(f"wait for {tmp_path / 'go'}")
    page.keyboard.press("Enter")
    until(lambda: alive(visit.address)["running"] == 1)
    field.fill("red")  # another one: the first is cancelled, but still at work
    page.keyboard.press("Enter")
    until(lambda: alive(visit.address)["waiting"] == 1)
    page.close()
    until(lambda: alive(visit.address)["waiting"] == 0)
    (tmp_path / "go").touch()
    until(lambda: cancelled(visit.address) == before + 2)


def test_a_question_that_failed_tells_why_in_the_history(visitor):
    page = (visit := visitor(DESKTOP)).open("plain.png")
    visit.ask("What kind of place is this?")
    page.get_by_label("Question about the picture").fill("Segment those.")
    page.keyboard.press("Enter")
    earlier = page.get_by_label("Earlier questions")
    failed = earlier.get_by_role("listitem").filter(has_text="Segment those.")
    failed.get_by_text("the last answer found nothing").wait_for()
    page.reload()
    failed.get_by_text("the last answer found nothing").wait_for()
    assert earlier.get_by_role("listitem").count() == 2
    earlier.get_by_text("until the service is stopped").wait_for()


def alive(address):
    import httpx

    return httpx.get(f"{address}/healthz", timeout=PATIENT).json()


def cancelled(address):
    import httpx

    return float(
        re.search(
            r'geomag_jobs_total\{state="cancelled"\} (\S+)',
            httpx.get(f"{address}/metrics", timeout=PATIENT).text,
        )[1]
    )


def until(true, seconds=PATIENT):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)
