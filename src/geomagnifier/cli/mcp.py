"""The command `geomag mcp`: a server for language models that use tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geomagnifier.cli.options import Bits, Model, Segmenter, load
from geomagnifier.errors import LibraryMissing, install

EXAMPLES = "Example: [bold]geomag mcp --root scenes/[/bold]"


def mcp(
    root: Annotated[
        Path,
        typer.Option(help="The only folder whose files are read and written.", metavar="DIR"),
    ],
    model: Model = "small",
    segmenter: Segmenter = None,
    bits: Bits = None,
) -> None:
    """Serve questions about the images of a folder by the Model Context Protocol, on stdio.

    A client starts it; docs/agents.md has the lines for its settings.
    """
    from geomagnifier.agents.image_tools import ImageTools
    from geomagnifier.agents.root_folder import RootFolder

    folder = RootFolder(root)
    try:
        from geomagnifier.agents.mcp_server import McpServer
    except ImportError as error:
        raise LibraryMissing(
            f"geomag mcp needs the extra mcp; install it: {install('mcp')} ({error})"
        ) from error
    McpServer(ImageTools(folder, lambda: load(model, segmenter, bits))).run()
