"""The form of a base map: no address is given until its user types one."""

import pytest

pytest.importorskip("nicegui")

from nicegui import Client
from nicegui.page import page

from geomagnifier.server.ui.base_map import base_map_form


def test_the_form_is_empty_and_folded():
    with Client(page("/"), request=None) as client:
        base_map_form()
        made = [*client.elements.values()]
    client.delete()
    (fold,) = [one for one in made if one.tag == "details"]
    (field,) = [one for one in made if one.tag == "input"]
    assert "open" not in fold.props and "value" not in field.props
    assert (field.props["name"], field.props["autocomplete"]) == ("address", "off")
    assert "{z}/{x}/{y}" in field.props["placeholder"] and field.props["aria-label"]
    acts = [one.props.get("data-act") for one in made if one.tag == "button"]
    assert "no-base-map" in acts
    assert [one.text for one in made if one.props.get("role") == "alert"] == [""]
