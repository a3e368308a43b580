"""The hub, its cache, and what its errors mean."""

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import torch
from huggingface_hub import constants

import tiny
from geomagnifier import errors
from geomagnifier.models.full import hub, memory_estimate

QWEN = {
    "model_type": "qwen2_5_vl",
    "architectures": ["Qwen2_5_VLForConditionalGeneration"],
    "hidden_size": 3584,
    "intermediate_size": 18944,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "vocab_size": 152064,
    "max_position_embeddings": 128000,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "rope_theta": 1000000.0,
    "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
    "vision_config": {
        "depth": 32,
        "hidden_size": 1280,
        "intermediate_size": 3420,
        "num_heads": 16,
        "out_hidden_size": 3584,
    },
}
"""Of Qwen2.5-VL-7B-Instruct as the hub has it, the text model's numbers beside those of the vision
side.
"""


QWEN_3B = QWEN | {
    "hidden_size": 2048,
    "intermediate_size": 11008,
    "num_hidden_layers": 36,
    "num_attention_heads": 16,
    "num_key_value_heads": 2,
    "vocab_size": 151936,
    "tie_word_embeddings": True,
    "vision_config": QWEN["vision_config"] | {"out_hidden_size": 2048},
}


def write(folder, config):
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    return str(folder)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Tiny folders of all three parts."""
    root = tmp_path_factory.mktemp("parts")
    return {
        name: str(make(root / name))
        for name, make in (
            ("vlm", tiny.write_qwen25),
            ("segmenter", tiny.write_sam2),
            ("language", tiny.write_bert),
        )
    }


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """An empty cache of the hub."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def redirect(monkeypatch, address):
    """As HF_ENDPOINT does before huggingface_hub is imported."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(
        constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        address + "/{repo_id}/resolve/{revision}/{filename}",
    )


@contextmanager
def answering(status, code):
    """A hub that gives every file the same answer."""

    class Answer(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(status)
            self.send_header("X-Error-Code", code)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_hub_out_of_reach_is_not_waited_for(parts, fresh, monkeypatch, caplog):
    redirect(monkeypatch, "http://127.0.0.1:9")
    with pytest.raises(
        errors.ModelOffline,
        match=r"http://127.0.0.1:9 cannot be reached; it needs config.json, .*--model FOLDER",
    ):
        memory_estimate.footprint("Qwen/Qwen2.5-VL-7B-Instruct")
    with pytest.raises(
        errors.ModelOffline, match=r"it needs config.json, \*.safetensors: .*--segmenter FOLDER"
    ):
        memory_estimate.footprint(parts["vlm"], "facebook/sam2.1-hiera-large")
    with pytest.raises(errors.ModelOffline, match=r"--language FOLDER"):
        memory_estimate.footprint(parts["vlm"], None, "google-bert/bert-base-uncased")
    assert "Retrying" not in caplog.text


@pytest.mark.parametrize(
    ("status", "code", "kind", "message"),
    [
        (404, "RepoNotFound", errors.ModelNotFound, "look at the spelling"),
        (401, "RepoNotFound", errors.ModelNotFound, "hf auth login"),
        (403, "GatedRepo", errors.ModelNotFound, "accept its terms"),
        (404, "EntryNotFound", errors.ModelUnsupported, "lacks files on the hub"),
        (503, "", errors.ModelOffline, "cannot be reached"),
    ],
)
def test_what_the_hub_answers(status, code, kind, message, fresh, monkeypatch):
    with answering(status, code) as address:
        redirect(monkeypatch, address)
        with pytest.raises(kind, match=message) as stop:
            memory_estimate.footprint("someone/something")
    assert len(str(stop.value).splitlines()) == 1


def test_a_configuration_in_the_cache_is_enough(fresh, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    commit = "0" * 40
    folder = fresh / "models--Qwen--Qwen2.5-VL-3B-Instruct"
    (folder / "snapshots" / commit).mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs/main").write_text(commit)
    write(folder / "snapshots" / commit, QWEN_3B)
    assert (
        memory_estimate.footprint("Qwen/Qwen2.5-VL-3B-Instruct", memory_estimate.SMALLEST_SEGMENTER)
        == memory_estimate.SMALLER
    )


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (MemoryError(), errors.ModelTooLarge, "memory ran out"),
        (
            torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
            errors.ModelTooLarge,
            "--bits 4",
        ),
        (
            RuntimeError(
                "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"
            ),
            errors.ModelTooLarge,
            "--bits 4",
        ),
        (
            ImportError("needs torchvision\nmore"),
            errors.LibraryMissing,
            (
                r"\(needs torchvision\); install the extra full:"
                rf" .*{re.escape(errors.install('full'))}"
            ),
        ),
        (
            ImportError("bitsandbytes is missing"),
            errors.LibraryMissing,
            re.escape(errors.install("quantized")),
        ),
        (OSError(28, "No space left on device"), errors.ModelError, "No space left"),
        (TimeoutError(), errors.ModelOffline, "cannot be reached"),
        (KeyError("weight"), errors.ModelCorrupt, "hf cache rm model/a/b"),
        (errors.ModelUnsupported("said already"), errors.ModelUnsupported, "^said already$"),
    ],
)
def test_other_errors_become_one_line(error, kind, message):
    with pytest.raises(kind, match=message) as stop, hub.explained("a/b"):
        raise error
    assert len(str(stop.value).splitlines()) == 1
