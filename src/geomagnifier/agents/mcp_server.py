"""Serve `ImageTools` by the Model Context Protocol on standard input and output."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import anyio
from mcp.server.mcpserver import Context, Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from geomagnifier import __version__
from geomagnifier.agents.image_tools import ImageTools, Reply
from geomagnifier.errors import GeomagError, printable

Blocks = list[Any]
"""Content of a reply: JSON, and the overlay."""

INSTRUCTIONS = (
    "Questions about satellite and aerial images in one folder. Paths are relative to that folder;"
    " `images` lists them. `ask` answers a question in plain English (How many ships? Segment every"
    " building.) and returns an image of what was found; `follow_up` refers back to the last"
    " answer. Boxes are pixels x0, y0, x1, y1 unless box_crs names a CRS."
)


class McpServer:
    """The server: a tool for each method below, each run in a thread, one at a time.

    Args:
        tools: what is served.
    """

    def __init__(self, tools: ImageTools) -> None:
        self._tools = tools
        self._turn = anyio.Lock()
        self.server = MCPServer(
            "geomagnifier", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING"
        )
        served: list[Callable[..., Awaitable[Blocks]]] = [
            self.images,
            self.info,
            self.ask,
            self.follow_up,
            self.search,
            self.map,
        ]
        for method in served:
            self.server.add_tool(method, structured_output=False)

    def run(self) -> None:
        """Serve until standard input ends."""
        try:
            self.server.run("stdio")
        finally:
            self._tools.close()

    async def images(self, ctx: Context, folder: str = ".") -> Blocks:
        """List the images of a folder and of the folders in it.

        Args:
            ctx: of the call.
            folder: path.
        """
        return await self._reply(ctx, partial(self._tools.images, folder), progress=False)

    async def info(self, ctx: Context, image: str | None = None) -> Blocks:
        """Describe an image: size, bands, CRS, bounds, ground sampling distance.

        Args:
            ctx: of the call.
            image: path; without it the classes of objects and places that the model knows are told.
        """
        return await self._reply(ctx, partial(self._tools.info, image), progress=False)

    async def ask(
        self,
        ctx: Context,
        image: str,
        question: str,
        box: tuple[float, float, float, float] | None = None,
        box_crs: str | None = None,
        out: str | None = None,
    ) -> Blocks:
        """Answer a question about an image: text, value, regions, and an overlay as an image.

        Args:
            ctx: of the call.
            image: path.
            question: plain English.
            box: a part to which the question is limited: pixels x0, y0, x1, y1, or west, south,
                east, north with box_crs "EPSG:4326".
            box_crs: CRS of the box.
            out: folder for GeoJSON, mask, overlay and answer.json.
        """
        return await self._reply(ctx, partial(self._tools.ask, image, question, box, box_crs, out))

    async def follow_up(
        self, ctx: Context, question: str, image: str | None = None, out: str | None = None
    ) -> Blocks:
        """Ask about what the last answer found: "the largest of them?", "segment those".

        Args:
            ctx: of the call.
            question: plain English.
            image: path; without it the image that was asked last.
            out: folder for GeoJSON, mask, overlay and answer.json.
        """
        return await self._reply(ctx, partial(self._tools.follow_up, question, image, out))

    async def search(
        self,
        ctx: Context,
        target: str = ".",
        words: str | None = None,
        near: str | None = None,
        within: str | None = None,
        bbox: str | None = None,
        after: str | None = None,
        before: str | None = None,
        top: int = 12,
    ) -> Blocks:
        """Find images of a folder or an index by words, place and time, the best first.

        Args:
            ctx: of the call.
            target: path of a folder or an index.
            words: what is to be seen.
            near: "LON,LAT" in degrees.
            within: distance from `near`, such as "10 km".
            bbox: "W,S,E,N" in degrees.
            after: taken then or later, such as "2024-05".
            before: taken before that.
            top: most images.
        """
        wanted = partial(self._tools.search, target, words, near, within, bbox, after, before, top)
        return await self._reply(ctx, wanted)

    async def map(self, ctx: Context, question: str, folder: str, out: str) -> Blocks:
        """Ask every image of a folder one question, and write the answers.

        Args:
            ctx: of the call.
            question: plain English.
            folder: path.
            out: folder for the answers, a folder for each image.
        """
        return await self._reply(ctx, partial(self._tools.map_images, question, folder, out))

    async def _reply(
        self, ctx: Context, work: Callable[..., Reply], progress: bool = True
    ) -> Blocks:
        """Run a tool in a thread, with its progress; a `GeomagError` is the tool's error."""

        def report(done: int, known: int) -> bool:
            anyio.from_thread.run(ctx.report_progress, float(done), float(known))
            return True

        try:
            async with self._turn:
                reply = await anyio.to_thread.run_sync(
                    partial(work, progress=report) if progress else work
                )
        except GeomagError as error:
            raise ToolError(f"{type(error).__name__}: {error}") from error
        # NaN, a usual nodata value, is no JSON: it becomes text.
        facts = json.loads(json.dumps(reply.facts, default=str), parse_constant=str)
        blocks: Blocks = [printable(json.dumps(facts, ensure_ascii=False))]
        if reply.overlay is not None:
            blocks.append(Image(data=reply.overlay, format="jpeg"))
        return blocks
