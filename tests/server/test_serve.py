"""The listening socket and the server: a taken port is said before a model is loaded."""

import socket

import pytest

from geomagnifier.errors import OptionError
from geomagnifier.server.serve import IdleTimeoutProtocol, listen, serve, uvicorn
from geomagnifier.server.settings import Settings


def test_a_free_port_is_listened_on():
    with listen(Settings(port=0)) as listener:
        host, port = listener.getsockname()
        assert host == "127.0.0.1" and port > 0
        with socket.create_connection((host, port)) as visitor:
            assert visitor.getpeername() == (host, port)


def test_a_taken_port_is_said_before_anything_else(tmp_path):
    with listen(Settings(port=0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(OptionError, match=rf"127\.0\.0\.1:{port} cannot be .*another --port"):
            serve(tmp_path, Settings(port=port, model="none of this name"))


def test_an_address_of_another_machine_is_none():
    with pytest.raises(OptionError, match="cannot be listened on"):
        listen(Settings(host="192.0.2.1", port=0))


def test_each_service_has_its_own_patience():
    async def app(scope, receive, send): ...

    servers = [uvicorn(app, Settings(patience=seconds)) for seconds in (5, 7)]
    protocols = [server.config.http for server in servers]
    assert [one.seconds for one in protocols] == [5, 7] and IdleTimeoutProtocol.seconds == 30
    assert all(issubclass(one, IdleTimeoutProtocol) for one in protocols)
    assert not servers[0].config.access_log
