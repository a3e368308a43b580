"""`geomag mcp` refuses what cannot be served before it speaks the protocol."""

import sys

from command_line import geomag


def test_a_wrong_root_and_a_missing_library_are_told(tmp_path, monkeypatch, capfd):
    code, out, err = geomag(monkeypatch, capfd, "mcp", "--root", tmp_path / "none")
    assert code == 2 and not out and "none is not a folder; give the folder" in err
    for name in ("mcp", "mcp.server.mcpserver"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "geomagnifier.agents.mcp_server", raising=False)
    code, out, err = geomag(monkeypatch, capfd, "mcp", "--root", tmp_path)
    assert code == 2 and not out and "geomag mcp needs the extra mcp" in err
