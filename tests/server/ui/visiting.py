"""A person's visit to the page, with a browser session of his own."""

SHIPS = ((40, 40, 60, 52), (120, 80, 160, 100), (220, 30, 236, 60))
"""In plain.png and placed.tif of the served folder."""
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


PATIENT = 300.0
"""Seconds that a test waits for what has to come: how long a broken one takes, not how long a sound
one may.
"""


class Visit:
    """A page of a fresh browser session.

    What it asked for elsewhere and what went wrong in it is kept.
    """

    def __init__(self, browser, address, viewport):
        self.address = address
        self.elsewhere, self.errors = [], []
        self.context = browser.new_context(
            viewport=viewport, reduced_motion="reduce", accept_downloads=True
        )
        self.context.set_default_timeout(1000 * PATIENT)
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _asked(self, url):
        host = url.split("://", 1)[1].split("/")[0] if "://" in url else ""
        if host and host != self.address.split("://")[1]:
            self.elsewhere.append(url)

    def open(self, name):
        self.page.goto(self.address)
        self.page.locator(".welcome .choice", has_text=name).click()
        self.page.wait_for_selector(".map.loaded")
        return self.page

    def ask(self, question):
        """The sentence of the answer; what the map shows of it comes later."""
        self.page.evaluate("document.querySelector('.sentence')?.classList.add('old')")
        self.page.get_by_label("Question about the picture").fill(question)
        self.page.keyboard.press("Enter")
        self.page.locator(".sentence:not(.old)").wait_for()
        return self.page.locator(".sentence")
