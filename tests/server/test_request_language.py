"""A request that fails is answered in the language that it accepts."""

import pytest
from fastapi.testclient import TestClient

from fake import FakeModel
from geomagnifier.server.app import create_app
from geomagnifier.server.settings import Settings


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenes")
    with TestClient(
        create_app(Settings(root=folder), FakeModel()), base_url="http://127.0.0.1"
    ) as made:
        yield made


@pytest.mark.parametrize(
    ("accepted", "said"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "没有这个任务"), ("en-GB", "no such job"), ("de", "no such job")],
)
def test_an_error_is_in_the_language_that_the_request_accepts(accepted, said, client):
    reply = client.get("/v1/jobs/none", headers={"Accept-Language": accepted})
    assert reply.status_code == 404 and said in reply.json()["error"]["message"]
