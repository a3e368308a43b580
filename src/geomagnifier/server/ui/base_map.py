"""A map of the user's choice under the picture, by its XYZ address; none unless one is given.

The browser keeps the address. page.js names its origin in a cookie, by which the service lets the
page load images from there (`security.page_policy`).
"""

from __future__ import annotations

from geomagnifier.server.ui.page_language import _
from geomagnifier.server.ui.widgets import button, icon, tag, text_tag


def base_map_form() -> None:
    """Build the form, folded."""
    with tag("details", "part base-map"):
        with tag("summary"):
            text_tag("span", _("Base map"))
            icon("down")
        text_tag(
            "p",
            _(
                "None is used unless you give one: the page then loads tiles from that server,"
                " which sees what part of the Earth you look at."
            ),
            "note",
        )
        with tag("form", "seek", data_form="base-map"):
            tag(
                "input",
                "entry",
                type="text",
                name="address",
                autocomplete="off",
                maxlength="500",
                aria_label=_("XYZ address of a base map"),
                placeholder="https://tiles.example.org/{z}/{x}/{y}.png",
            )
            with tag("button", "button edged", type="submit"):
                text_tag("span", _("Use"))
        text_tag("p", "", "note amiss", role="alert", data_part="base-map-wrong")
        button(_("Use none"), None, None, "low edged", data_act="no-base-map")
