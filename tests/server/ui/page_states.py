"""Every state of the page, one after another, as a person comes to it.

Each function below does something, and yields the name of a state once the page is in it.
"""

import numpy as np

from geomagnifier.export.image_file import write_picture
from geomagnifier_lab.render.scene import draw_scene

SCENES = (
    # name, seed, theme, width, height, whether it has a place on the Earth
    ("airport.tif", 31, "airport", 1000, 700, True),
    ("Farm by the river.tif", 12, "mixed", 1600, 700, True),
    ("harbour.tif", 3, "harbour", 1200, 900, True),
    ("large.tif", 5, "town", 2600, 2600, True),
    ("sports.tif", 8, "sports ground", 1000, 700, True),
    ("tall.png", 9, "town", 700, 1400, False),
)


def write_scenes(folder):
    """Draw the pictures that the states show."""
    for at, (name, seed, theme, width, height, placed) in enumerate(SCENES):
        cells = draw_scene(seed, min(width, 1300), min(height, 1400), theme).pixels
        times = (-(-height // cells.shape[0]), -(-width // cells.shape[1]), 1)
        pixels = np.tile(cells, times)[:height, :width]
        place = (0.5, 0.0, 500_000.0 + 900 * at, 0.0, -0.5, 5_300_000.0)
        where = {"crs": "EPSG:32633", "transform": place} if placed else {}
        write_picture(folder / name, pixels, **where)


class States:
    """The states of a page.

    Args:
        page: of playwright.
        address: of a service of the pictures of `write_scenes`.
    """

    def __init__(self, page, address):
        self.page, self.address = page, address

    def walk(self):
        """Yield the name of each state, and of each step that failed with its error."""
        for step in (
            self.welcome,
            self.search,
            self.picture,
            self.answer,
            self.regions,
            self.cost,
            self.swipe,
            self.others,
            self.drawing,
            self.copying,
            self.refused,
            self.panel,
            self.working,
            self.tall,
            self.chinese,
            self.nowhere,
        ):
            try:
                for name in step():
                    yield name, None
            except Exception as error:
                yield step.__name__, f"{type(error).__name__}: {error}"[:400]

    def open(self, name, query=""):
        self.page.goto(f"{self.address}/{query}")
        self.page.locator(".welcome .choice", has_text=name).click()
        self.page.wait_for_selector(".map.loaded")

    def ask(self, question):
        self.page.evaluate("document.querySelector('.sentence')?.classList.add('old')")
        field = self.page.locator("textarea[name=question]")
        field.fill(question)
        field.press("Enter")
        self.page.locator(".sentence:not(.old), .wrong:not([hidden])").first.wait_for()
        self.page.wait_for_timeout(500)  # the map goes there
        self.top()

    def top(self):
        self.page.evaluate("document.querySelector('.panel').scrollTo(0, 0)")

    def to(self, selector, block="start"):
        target = self.page.locator(selector).first
        target.evaluate("(element, block) => element.scrollIntoView({ block })", block)

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def welcome(self):
        self.page.goto(self.address)
        self.page.locator(".welcome .choice").first.wait_for()
        self.page.wait_for_timeout(500)  # its thumbnails
        yield "welcome"

    def search(self):
        self.page.get_by_role("searchbox").first.fill("a harbor")
        self.page.keyboard.press("Enter")
        self.page.locator("ol .choice").first.wait_for()
        yield "search"

    def picture(self):
        self.open("airport.tif")
        self.page.locator(".suggested .chip").first.wait_for()
        yield "picture"
        self.page.locator(".scene").click()
        self.page.locator(".menu .choice").first.wait_for()
        yield "menu"
        self.page.get_by_text("Where and when").click()
        yield "menu-where"
        self.page.keyboard.press("Escape")

    def answer(self):
        self.ask("How many airplanes are there?")
        yield "count"
        self.ask("And the largest of them?")
        yield "follow-up"
        self.page.get_by_text("Earlier in this conversation").click()
        yield "turns"

    def regions(self):
        self.ask("Segment airplanes and buildings.")
        self.page.locator(".region-row").first.wait_for()
        yield "segment"
        self.to(".histogram")
        yield "table"
        self.page.locator(".region-row").nth(3).click()
        self.page.locator(".about").wait_for()
        self.page.wait_for_timeout(400)
        if self.page.locator(".outside").is_visible():
            note, popup = (
                self.page.locator(name).bounding_box() for name in (".outside", ".leaflet-popup")
            )
            assert any(
                max(note[a], popup[a]) >= min(note[a] + note[b], popup[a] + popup[b])
                for a, b in (("x", "width"), ("y", "height"))
            ), "the note lies on the popup"
        yield "popup"
        self.page.keyboard.press("Escape")
        self.press("Show the whole picture")

    def cost(self):
        self.page.get_by_text("Where it looked").click()
        for name in ("Relevance", "Windows"):
            layer = self.page.get_by_role("button", name=name, exact=True)
            if layer.is_enabled():
                layer.click()
        self.page.wait_for_timeout(400)
        self.to("details:has(.layers)")
        yield "relevance"
        self.to(".files", "end")
        yield "files"

    def swipe(self):
        self.top()
        key = self.page.locator(".key")
        if key.get_attribute("open") is None:
            key.locator("summary").click()
        yield "key"
        self.press("Compare with the picture")
        yield "swipe"
        self.press("Compare with the picture")

    def others(self):
        for name, question in (
            ("describe", "Describe the picture and segment what you mention."),
            ("compare", "Are there more airplanes than vehicles?"),
            ("measure", "What is the total area of the buildings?"),
            ("place", "What kind of place is this?"),
        ):
            self.ask(question)
            yield name

    def drawing(self):
        middle = self.page.locator(".map").bounding_box()
        x, y = middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2
        mouse = self.page.mouse
        self.press("Draw a polygon to ask about")
        self.page.locator(".map.drawing").wait_for()
        for across, down in ((-80, -60), (70, -70), (90, 60)):
            mouse.click(x + across, y + down)
        mouse.move(x - 60, y + 80)
        yield "polygon"
        self.page.keyboard.press("Enter")
        self.page.locator(".held").wait_for()
        yield "polygon-drawn"
        self.press("Draw a box to ask about")
        self.page.locator(".map.drawing").wait_for()
        mouse.move(x - 90, y - 50)
        mouse.down()
        mouse.move(x + 60, y + 70)
        yield "box"
        mouse.up()
        self.page.locator(".map:not(.drawing)").wait_for()
        self.ask("What is in this box?")
        yield "box-asked"
        self.press("Ask about the place of a click")
        self.page.locator(".map.drawing").wait_for()
        mouse.move(x, y)
        yield "point"
        self.page.keyboard.press("Escape")
        self.press("Ask about the whole picture")

    def copying(self):
        middle = self.page.locator(".map").bounding_box()
        x, y = middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2 + 60
        self.page.mouse.click(x, y, button="right")
        self.page.locator(".places").wait_for()
        yield "place-copied"
        self.page.keyboard.press("Escape")

    def refused(self):
        self.ask("Find every submarine.")
        yield "refused"
        field = self.page.locator("textarea[name=question]")
        field.fill(" ")
        field.press("Enter")
        self.page.locator(".wrong").wait_for()
        yield "wrong"
        self.press("Dismiss this message")

    def panel(self):
        self.page.get_by_text("How to look").click()
        self.page.get_by_label("Recall", exact=True).fill("7")
        self.page.locator("textarea[name=question]").fill("Find every airplane.")
        self.page.locator("textarea[name=question]").press("Enter")
        self.page.get_by_text("A share between 0 and 1").wait_for()
        yield "options"
        self.page.get_by_label("Recall", exact=True).fill("")
        self.page.get_by_text("How to look").click()
        self.page.get_by_text("Base map").click()
        address = self.page.get_by_label("XYZ address of a base map")
        address.fill("nonsense")
        address.press("Enter")
        self.to(".base-map", "center")
        yield "base-map"
        self.to("[aria-label='Earlier questions']")
        yield "history"
        self.to(".panel > .part:last-child summary", "end")
        self.page.locator(".panel > .part:last-child summary").click()
        self.to(".panel > .part:last-child")
        yield "classes"

    def working(self):
        self.open("large.tif")
        field = self.page.locator("textarea[name=question]")
        field.fill("Find every vehicle.")
        field.press("Enter")
        self.page.get_by_role("progressbar").wait_for()
        yield "working"
        cancel = self.page.get_by_role("button", name="Cancel")
        if cancel.is_visible():
            cancel.click()
        self.page.locator(".sentence, .wrong:not([hidden])").first.wait_for()
        yield "cancelled"

    def tall(self):
        self.open("tall.png")
        self.ask("Find every vehicle.")
        yield "tall"

    def chinese(self):
        self.page.goto(f"{self.address}/?lang=zh")
        self.page.locator(".welcome .choice").first.wait_for()
        yield "zh-welcome"
        self.open("harbour.tif", "?lang=zh")
        yield "zh-picture"
        self.ask("有多少艘船？")
        yield "zh-count"
        self.ask("分割所有的船和港口。")
        self.page.wait_for_timeout(300)
        yield "zh-segment"
        self.to(".panel > .part:last-child", "end")
        yield "zh-end"
        self.page.goto(f"{self.address}/?lang=en")

    def nowhere(self):
        self.page.goto(f"{self.address}/nowhere")
        yield "nowhere"
