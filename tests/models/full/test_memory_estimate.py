"""Memory from configurations.

Exact counts, estimates in order, and errors of the hub in one line.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import transformers as hf
from huggingface_hub import constants

import tiny
from geomagnifier import errors
from geomagnifier.models.full import checkpoint, hub, memory_estimate
from geomagnifier.models.full.checkpoint_metadata import Card
from geomagnifier.models.full.full_network import HEADS

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
LLAVA = {
    "model_type": "llava",
    "image_token_index": 32000,
    "text_config": {
        "model_type": "llama",
        "vocab_size": 32064,
        "max_position_embeddings": 4096,
        "torch_dtype": "float16",
    },
    "vision_config": {
        "model_type": "clip_vision_model",
        "hidden_size": 1024,
        "image_size": 336,
        "intermediate_size": 4096,
        "num_attention_heads": 16,
        "num_hidden_layers": 24,
        "patch_size": 14,
        "projection_dim": 768,
        "vocab_size": 32000,
    },
}
BASE_PLUS = {
    "hidden_size": 112,
    "num_attention_heads": 2,
    "blocks_per_stage": [2, 3, 16, 3],
    "embed_dim_per_stage": [112, 224, 448, 896],
    "num_attention_heads_per_stage": [2, 4, 8, 16],
    "window_positional_embedding_background_size": [14, 14],
    "global_attention_blocks": [12, 16, 20],
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


def test_the_real_sizes_are_counted_without_memory(tmp_path):
    qwen = memory_estimate.footprint(write(tmp_path / "qwen", QWEN))
    assert qwen.parameters["vlm"] == 8_292_166_656
    assert qwen.linear == 28 * (2 * 3584**2 + 2 * 3584 * 512 + 3 * 3584 * 18944)
    assert (qwen.width, qwen.layers, qwen.heads, qwen.kv_heads, qwen.head, qwen.patches) == (
        3584,
        28,
        28,
        4,
        128,
        4,
    )
    llava = memory_estimate.footprint(write(tmp_path / "llava", LLAVA))
    assert llava.parameters["vlm"] == 7_063_427_072
    assert llava.linear == 32 * (4 * 4096**2 + 3 * 4096 * 11008)
    assert (llava.width, llava.layers, llava.kv_heads, llava.head, llava.patches) == (
        4096,
        32,
        32,
        128,
        1,
    )
    assert all(
        p.is_meta
        for p in memory_estimate.blank(
            hf.AutoConfig.from_pretrained(tmp_path / "qwen")
        ).parameters()
    )


def test_what_is_known_by_heart_is_what_the_configurations_say(tmp_path):
    small = memory_estimate.footprint(
        write(tmp_path / "qwen", QWEN_3B), memory_estimate.SMALLEST_SEGMENTER
    )
    assert vars(small) | {"name": memory_estimate.SMALLER.name} == vars(memory_estimate.SMALLER)
    for name, backbone, channels in (
        (hub.SEGMENTER, BASE_PLUS, [896, 448, 224, 112]),
        (memory_estimate.SMALLEST_SEGMENTER, {}, [768, 384, 192, 96]),
    ):
        # the published checkpoints call themselves sam2_video
        vision = hf.Sam2VisionConfig(
            backbone_config=hf.Sam2HieraDetConfig(**backbone), backbone_channel_list=channels
        )
        hf.Sam2VideoConfig(vision_config=vision).save_pretrained(tmp_path / "sam2")
        assert (
            memory_estimate.segmenter_numbers(str(tmp_path / "sam2"))
            == memory_estimate.KNOWN_SEGMENTERS[name]
        )


@pytest.mark.parametrize("make", [tiny.write_qwen25, tiny.write_qwen3, tiny.write_llava])
def test_counts_are_those_of_the_loaded_model(make, parts, tmp_path):
    folder = make(tmp_path / "vlm")
    told = memory_estimate.footprint(str(folder), parts["segmenter"], parts["language"])
    with torch.no_grad():
        loaded = {
            "vlm": hf.AutoModelForImageTextToText.from_pretrained(folder),
            "segmenter": hf.Sam2Model.from_pretrained(parts["segmenter"]),
            "language": hf.AutoModel.from_pretrained(parts["language"]),
        }
    assert {name: memory_estimate.count(model) for name, model in loaded.items()} == {
        k: n for k, n in told.parameters.items() if k != "heads"
    }
    assert (told.width, told.side, told.trunk) == (tiny.WIDTH, 128, 16)
    assert memory_estimate.parameters(loaded["language"].config) == told.parameters["language"]


def test_heads_are_those_of_the_network(parts):
    network = checkpoint.begin(parts["vlm"], parts["segmenter"], parts["language"])
    heads = sum(p.numel() for name, p in network.named_parameters() if name.startswith(HEADS))
    assert (
        memory_estimate.footprint(parts["vlm"], parts["segmenter"], parts["language"]).parameters[
            "heads"
        ]
        == heads
    )


def test_fewer_bits_take_less(tmp_path):
    qwen = memory_estimate.footprint(write(tmp_path / "qwen", QWEN))
    weights = {dtype: qwen.bytes(dtype) for dtype in memory_estimate.SIZES}
    assert list(weights.values()) == sorted(weights.values(), reverse=True)
    assert weights["float32"] == 4 * qwen.total
    rest = 2 * (qwen.parameters["vlm"] - qwen.linear) + 4 * qwen.parameters["segmenter"]
    assert weights["bfloat16"] == 2 * qwen.linear + rest
    assert weights["int8"] == qwen.linear + rest
    assert weights["int4"] == pytest.approx(0.56 * qwen.linear + rest)
    assert 1e9 < qwen.working("bfloat16") < qwen.working("float32") < 10e9
    assert qwen.working("bfloat16", tokens=4096) > 1.5 * qwen.working("bfloat16")


def test_what_fits_passes_and_what_does_not_gets_a_way_out(tmp_path):
    qwen = memory_estimate.footprint(write(tmp_path / "qwen", QWEN))
    memory_estimate.check(qwen, "bfloat16", "cpu", 80 * 10**9)
    memory_estimate.check(
        memory_estimate.footprint(write(tmp_path / "qwen", QWEN)), "int4", "cpu", qwen.peak("int4")
    )

    def refused(dtype, room):
        with pytest.raises(errors.ModelTooLarge) as stop:
            memory_estimate.check(qwen, dtype, "cpu", int(room * 1e9))
        assert len(str(stop.value).splitlines()) == 1
        return str(stop.value)

    needs = (
        f"needs about {qwen.peak('bfloat16') / 1e9:.1f} GB in bfloat16 on cpu, 18.0 GB are free;"
        " --bits 8 would take "
    )
    assert refused("bfloat16", 18) == f"{qwen.name}: {needs}{qwen.peak('int8') / 1e9:.1f} GB"
    assert "; --bits 4 would take" in refused("float32", 14)
    smaller = "; --model Qwen/Qwen2.5-VL-3B-Instruct --segmenter facebook/sam2.1-hiera-tiny"
    assert f"{smaller} would take" in refused("bfloat16", 12)
    assert f"{smaller} --bits 4 would take" in refused("int4", 8)
    assert "; nothing of the full size fits here: use --model small" in refused("bfloat16", 2)
    with pytest.raises(
        errors.ModelTooLarge, match=r"--segmenter facebook/sam2\.1-hiera-tiny --bits 4 would take"
    ):
        memory_estimate.check(qwen, "int4", "cpu", qwen.peak("int4") - 10**7)


def test_free_memory_is_some_of_the_machine():
    assert 10**7 < memory_estimate.free("cpu") < 10**14


@pytest.mark.parametrize(
    ("config", "kind", "message"),
    [
        (
            None,
            errors.ModelCorrupt,
            (
                "lacks config.json; the folder of a hub model holds config.json, *.safetensors,"
                " tokenizer.json"
            ),
        ),
        ("{", errors.ModelCorrupt, "not a valid JSON"),
        ("[]", errors.ModelCorrupt, "model_type"),
        ('{"a": 1}', errors.ModelCorrupt, "model_type"),
        ('{"model_type": "qwen2_5_vl", "hidden_size": "wide"}', errors.ModelCorrupt, "hidden_size"),
        ('{"model_type": "of tomorrow"}', errors.ModelUnsupported, "Qwen2.5-VL / Qwen3-VL"),
        ('{"model_type": "bert"}', errors.ModelUnsupported, "LLaVA"),
        (
            '{"auto_map": {"AutoConfig": "mine.Config"}, "model_type": "mine"}',
            errors.ModelUnsupported,
            "LLaVA",
        ),
    ],
)
def test_a_folder_that_cannot_be_used_says_why(config, kind, message, tmp_path):
    if config is not None:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(kind) as stop:
        memory_estimate.footprint(str(tmp_path))
    assert message in str(stop.value) and len(str(stop.value).splitlines()) == 1


def test_other_parts_are_looked_at_as_well(parts):
    with pytest.raises(
        errors.ModelUnsupported, match=r"family 'bert'.*take a SAM2 such as facebook/sam2"
    ):
        memory_estimate.footprint(parts["vlm"], parts["language"])
    with pytest.raises(errors.ModelUnsupported, match=r"family 'qwen2_5_vl'.*take an encoder"):
        memory_estimate.footprint(parts["vlm"], None, parts["vlm"])


@pytest.mark.parametrize("name", ["a/b/c", "/no/such/folder", "Qwen/.."])
def test_no_name_at_all(name, fresh):
    with pytest.raises(errors.ModelNotFound, match="no folder here"):
        memory_estimate.footprint(name)


def test_offline_in_a_process_of_its_own(tmp_path):
    code = (
        "from geomagnifier.errors import ModelOffline; from geomagnifier.models.full import"
        " memory_estimate\n"
        "try: memory_estimate.footprint('Qwen/Qwen2.5-VL-7B-Instruct')\n"
        "except ModelOffline as error: print(error)"
    )
    env = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=600,
        env=env,
    )
    assert (
        done.stdout
        == "Qwen/Qwen2.5-VL-7B-Instruct is no folder here and not whole in the cache, and"
        " HF_HUB_OFFLINE is set; it needs config.json, *.safetensors, tokenizer.json,"
        " tokenizer_config.json, preprocessor_config.json: run `hf download"
        " Qwen/Qwen2.5-VL-7B-Instruct --local-dir FOLDER` on a machine with a network, then use"
        " --model FOLDER\n"
    ), done.stderr


def test_weights_that_cannot_be_loaded(parts, tmp_path):
    folder = tiny.write_llava(tmp_path / "vlm")
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    for damaged in (b"nonsense", whole[: len(whole) // 2], None):
        weights.unlink()
        if damaged is not None:
            weights.write_bytes(damaged)
        with (
            pytest.raises(errors.ModelCorrupt, match="is damaged or incomplete"),
            hub.explained(str(folder)),
        ):
            hf.AutoModelForImageTextToText.from_pretrained(folder)
        weights.touch()
    (folder / "tokenizer.json").write_text("{")
    with (
        pytest.raises(errors.ModelCorrupt, match="copy the folder again"),
        hub.explained(str(folder)),
    ):
        hf.AutoTokenizer.from_pretrained(folder)
    with pytest.raises(errors.ModelUnsupported, match="LLaVA"), hub.explained("bert"):
        hf.AutoModelForImageTextToText.from_pretrained(parts["language"])


def test_a_folder_of_ours_names_its_parts(parts, tmp_path):
    Card("0.6", parts["vlm"], "segmenter", parts["language"], kinds=("ship",), trained=True).write(
        tmp_path
    )
    (tmp_path / "segmenter").symlink_to(parts["segmenter"])
    told = memory_estimate.describe(str(tmp_path))
    assert (
        told["vlm"] == parts["vlm"]
        and told["segmenter"] == str(tmp_path / "segmenter")
        and told["language"] == parts["language"]
    )
    assert set(told["parameters"]) == {"vlm", "segmenter", "language", "heads"}
    assert told["trained"] and told["kinds"] == ("ship",) and told["free"] > 0
    assert set(told["memory"]) == set(memory_estimate.SIZES) and told["memory"]["float32"]["fits"]
    Card("0.6", parts["vlm"], "segmenter", parts["language"]).write(tmp_path)
    untrained = memory_estimate.describe(str(tmp_path), hub.SEGMENTER)
    assert (
        untrained["parameters"]["segmenter"] == 73_328_401
        and "heads" not in untrained["parameters"]
    )
    (tmp_path / "geomag.json").write_text("{")
    with pytest.raises(errors.ModelCorrupt, match=r"geomag.json"):
        memory_estimate.describe(str(tmp_path))


def test_a_model_of_the_hub_works_zero_shot(parts):
    told = memory_estimate.describe(parts["vlm"], device="cpu")
    assert (
        set(told["parameters"]) == {"vlm", "segmenter"}
        and not told["trained"]
        and told["language"] is None
    )
    assert told["segmenter"] == "facebook/sam2.1-hiera-base-plus" and Path(told["vlm"]).is_dir()
