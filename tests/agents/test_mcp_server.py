"""The server as a client of the official SDK sees it: a process on stdio."""

import base64
import io
import json
import os
import sys

import pytest
from PIL import Image

from geomagnifier.export.image_file import write_picture
from geomagnifier_lab.render.scene import draw_scene

pytest.importorskip("mcp")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agent")
    (folder / "root").mkdir()
    pixels = draw_scene(5, 320, 240, "airport").pixels
    place = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_300_000.0)
    write_picture(folder / "root/airport.tif", pixels, crs="EPSG:32633", transform=place)
    write_picture(folder / "secret.tif", pixels)
    (folder / "root/link.tif").symlink_to(folder / "secret.tif")
    return folder


def test_a_client_asks_follows_up_and_stays_in_the_folder(folder):
    import anyio
    from mcp import StdioServerParameters
    from mcp.client import Client

    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "geomagnifier", "mcp", "--root", str(folder / "root")],
        env={key: value for key, value in os.environ.items() if key.startswith(("PYTHON", "OMP"))},
    )
    steps = []

    async def note(done, total, message):
        steps.append((done, total))

    async def talk():
        async with Client(server) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            assert tools == {"images", "info", "ask", "follow_up", "search", "map"}

            async def call(name, **given):
                return await client.call_tool(name, given, progress_callback=note)

            early = await call("follow_up", question="and the largest of them?")
            assert early.is_error and "NothingMeant: nothing was asked" in early.content[0].text
            asked = await call(
                "ask", image="airport.tif", question="Find every airplane.", out="answers/1"
            )
            told = json.loads(asked.content[0].text)
            assert told["found"] == len(told["regions"]) > 1 and told["crs"] == "EPSG:32633"
            assert (folder / "root" / told["files"]["answer"]).is_file() and steps
            shown = Image.open(io.BytesIO(base64.b64decode(asked.content[1].data)))
            assert shown.format == "JPEG" and shown.width >= 320
            largest = json.loads(
                (await call("follow_up", question="and the largest of them?")).content[0].text
            )
            assert largest["found"] == 1 and largest["regions"][0]["box"] in [
                region["box"] for region in told["regions"]
            ]
            for image in ("link.tif", "../secret.tif", str(folder / "secret.tif")):
                refused = await call("ask", image=image, question="Find every airplane.")
                assert refused.is_error and "SceneNotFound: " in refused.content[0].text
            refused = await call("search", words="an airport")
            assert refused.is_error and "link.tif is a link out" in refused.content[0].text
            (folder / "root/link.tif").unlink()
            found = json.loads((await call("search", near="15.002,47.852")).content[0].text)
            assert found["hits"][0]["path"] == "airport.tif"
            outside = await call("map", question="How many ships?", folder=".", out="../x")
            assert outside.is_error and "OutputError: " in outside.content[0].text

    anyio.run(talk)
    assert {path.name for path in folder.iterdir()} == {"root", "secret.tif"}
