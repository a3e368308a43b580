"""The page /docs names every route and error, and loads nothing."""

import re

from geomagnifier.server.docs_page import docs_page
from geomagnifier.server.error_responses import STATUS


def test_routes_and_errors_are_listed_and_escaped():
    ask = {
        "summary": "Ask <one> question",
        "parameters": [{"name": "wait", "in": "query"}],
        "requestBody": {
            "content": {"application/json": {"schema": {"properties": {"question": {}}}}}
        },
    }
    html = docs_page({"info": {"version": "1.2"}, "paths": {"/v1/ask": {"post": ask}}})
    assert "<td>POST</td><td>/v1/ask</td><td>Ask &lt;one&gt; question</td>" in html
    assert "wait (query); application/json: question" in html
    assert all(error.__name__ in html for error in STATUS)
    assert not re.search(r"<script|<link|<img|src=", html)
