"""Tiny random configurations of the real classes, saved as real checkpoints.

For tests of everything that is handed a hub checkpoint.

write_qwen25(folder), write_qwen3(folder), write_llava(folder)
                          vision-language models with tokenizer and image processor
write_sam2(folder, side)  Sam2Model
write_bert(folder)        BertModel with its word-piece tokenizer
"""

from __future__ import annotations

import json
import string
from pathlib import Path

import torch
import transformers as hf
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

WIDTH = 64
TEXT = (
    "USER: ASSISTANT: user assistant system Find every ship. Segment all airplanes. ship: harbor:"
    ' none; yes no Yes No This is a place. storage tank baseball diamond [{"bbox_2d": [12, 34, 56,'
    ' 78], "label": "ship"}] What kind of place is this?'
)
QWEN_TOKENS = (
    "<|endoftext|>",
    "<|im_end|>",
    "<|im_start|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
LLAVA_TOKENS = ("<pad>", "</s>", "<s>", "<image>")


def byte_tokenizer(
    folder: Path, special: tuple[str, ...], bos: str | None
) -> hf.PreTrainedTokenizerBase:
    """A byte-level BPE that knows the special tokens: the first pads, the second ends."""
    t = Tokenizer(models.BPE())
    t.pre_tokenizer, t.decoder = (
        pre_tokenizers.ByteLevel(add_prefix_space=False),
        decoders.ByteLevel(),
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    t.train_from_iterator(
        [TEXT] * 3,
        trainers.BpeTrainer(
            vocab_size=420,
            special_tokens=list(special),
            initial_alphabet=alphabet,
            show_progress=False,
        ),
    )
    tokenizer = hf.PreTrainedTokenizerFast(
        tokenizer_object=t, pad_token=special[0], eos_token=special[1], bos_token=bos
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


def _text(vocabulary: int, layers: int = 4) -> dict[str, object]:
    return {
        "vocab_size": vocabulary,
        "hidden_size": WIDTH,
        "intermediate_size": 96,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "max_position_embeddings": 8192,
        "pad_token_id": 0,
        "eos_token_id": 1,
        "bos_token_id": None,
        "tie_word_embeddings": False,
    }


def write_qwen25(folder: Path) -> Path:
    """Qwen2.5-VL: native resolution, patches of 14 px merged two by two."""
    torch.manual_seed(0)
    tokenizer = byte_tokenizer(folder, QWEN_TOKENS, None)
    config = hf.Qwen2_5_VLConfig(
        text_config=_text(len(tokenizer))
        | {
            "rope_parameters": {
                "rope_type": "default",
                "mrope_section": [2, 3, 3],
                "rope_theta": 1e4,
            }
        },
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "num_heads": 2,
            "intermediate_size": 48,
            "patch_size": 14,
            "spatial_merge_size": 2,
            "out_hidden_size": WIDTH,
            "fullatt_block_indexes": [1],
            "window_size": 56,
        },
        vision_start_token_id=3,
        vision_end_token_id=4,
        image_token_id=5,
        video_token_id=6,
        tie_word_embeddings=False,
    )
    hf.Qwen2_5_VLForConditionalGeneration(config).save_pretrained(folder)
    _qwen_pictures(folder, 14, 28)
    return folder


def write_qwen3(folder: Path) -> Path:
    """Qwen3-VL: native resolution, patches of 16 px merged two by two, deep features."""
    torch.manual_seed(0)
    tokenizer = byte_tokenizer(folder, QWEN_TOKENS, None)
    config = hf.Qwen3VLConfig(
        text_config=_text(len(tokenizer))
        | {
            "rope_parameters": {
                "rope_type": "default",
                "mrope_section": [2, 3, 3],
                "rope_theta": 1e4,
            }
        },
        vision_config={
            "depth": 3,
            "hidden_size": 32,
            "num_heads": 2,
            "intermediate_size": 48,
            "patch_size": 16,
            "spatial_merge_size": 2,
            "out_hidden_size": WIDTH,
            "num_position_embeddings": 64,
            "deepstack_visual_indexes": [0, 1],
        },
        vision_start_token_id=3,
        vision_end_token_id=4,
        image_token_id=5,
        video_token_id=6,
        tie_word_embeddings=False,
    )
    hf.Qwen3VLForConditionalGeneration(config).save_pretrained(folder)
    _qwen_pictures(folder, 16, 32)
    return folder


def _qwen_pictures(folder: Path, patch: int, step: int) -> None:
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    size = {"shortest_edge": 4 * step**2, "longest_edge": 64 * step**2}
    Qwen2VLImageProcessorPil(size=size, patch_size=patch, merge_size=2).save_pretrained(folder)


def write_llava(folder: Path) -> Path:
    """LLaVA 1.5: every picture is 56 x 56 px, 4 x 4 patches of 14 px."""
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    torch.manual_seed(0)
    tokenizer = byte_tokenizer(folder, LLAVA_TOKENS, "<s>")
    vision = hf.CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=3,
        num_attention_heads=2,
        image_size=56,
        patch_size=14,
        projection_dim=32,
    )
    text = hf.LlamaConfig(**_text(len(tokenizer)))
    config = hf.LlavaConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=3,
        image_seq_length=16,
        tie_word_embeddings=False,
    )
    hf.LlavaForConditionalGeneration(config).save_pretrained(folder)
    size = {"shortest_edge": 56}
    CLIPImageProcessorPil(size=size, crop_size={"height": 56, "width": 56}).save_pretrained(folder)
    return folder


def write_sam2(folder: Path, side: int = 128) -> Path:
    """SAM2 for pictures of `side` px: features of 256 channels at strides 4, 8 and 16."""
    torch.manual_seed(0)
    backbone = hf.Sam2HieraDetConfig(
        hidden_size=16,
        num_attention_heads=1,
        image_size=[side, side],
        blocks_per_stage=[1, 1, 2, 1],
        embed_dim_per_stage=[16, 32, 64, 128],
        num_attention_heads_per_stage=[1, 2, 4, 8],
        window_size_per_stage=[4, 4, 4, 2],
        window_positional_embedding_background_size=[4, 4],
        global_attention_blocks=[3],
    )
    vision = hf.Sam2VisionConfig(
        backbone_config=backbone,
        backbone_channel_list=[128, 64, 32, 16],
        backbone_feature_sizes=[[side // 4] * 2, [side // 8] * 2, [side // 16] * 2],
        fpn_hidden_size=256,
    )
    config = hf.Sam2Config(
        vision_config=vision,
        prompt_encoder_config=hf.Sam2PromptEncoderConfig(image_size=side, patch_size=16),
        mask_decoder_config=hf.Sam2MaskDecoderConfig(mlp_dim=64, num_hidden_layers=1),
    )
    hf.Sam2Model(config).save_pretrained(folder)
    return folder


def write_bert(folder: Path) -> Path:
    """BERT of 48 numbers with letters and a few words as pieces."""
    torch.manual_seed(0)
    letters = [*string.ascii_lowercase, *string.digits, *"?.,!'\""]
    pieces = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *letters,
        *(f"##{x}" for x in letters),
        "ship",
        "find",
        "segment",
        "every",
    ]
    t = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    t.normalizer, t.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    hf.BertTokenizer(vocab={piece: i for i, piece in enumerate(pieces)}).save_pretrained(folder)
    config = hf.BertConfig(
        vocab_size=len(pieces),
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=512,
    )
    hf.BertModel(config).save_pretrained(folder)
    return folder


FAMILIES = {"qwen25": write_qwen25, "qwen3": write_qwen3, "llava": write_llava}


def write_hub(root: Path) -> Path:
    """A checkpoint of each family, "sam2" and "bert" in folders of `root`.

    Answers are short, as a random model never ends.
    """
    for name, write in FAMILIES.items():
        path = write(root / name) / "generation_config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"max_new_tokens": 16}))
    write_sam2(root / "sam2")
    write_bert(root / "bert")
    return root


def teach_levels(network, questions, steps: int = 3000) -> None:
    """Make the granularity classifier tell some questions apart, given in the order of `LEVELS`."""
    import torch.nn.functional as F

    told = network.language_tokenizer([*questions], padding=True, return_tensors="pt")
    with torch.no_grad():
        states = network.language.eval()(**told).last_hidden_state[:, 0]
    states, wanted = states.clone(), torch.arange(len(questions))
    optimizer = torch.optim.Adam(network.granularity.parameters(), 3e-3)
    for _ in range(steps):
        loss = F.cross_entropy(network.granularity(states), wanted)
        if loss < 0.05:
            return
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    raise AssertionError(f"the classifier does not tell {[*questions]} apart: loss {float(loss)}")


def teach(vlm, turns, steps: int = 150, rate: float = 3e-3) -> None:
    """Make a tiny model say what the turns have it say, by heart: a few seconds."""
    import torch.nn.functional as F

    from geomagnifier.models.full.vlm import IGNORED

    apart = hasattr(vlm.model, "peft_config")  # then the model of the hub stays as it is
    for name, parameter in vlm.model.named_parameters():
        parameter.requires_grad_(not apart or "lora_" in name or "modules_to_save" in name)
    inputs = vlm.encode(turns)
    labels = inputs["labels"][:, 1:]
    said = labels != IGNORED
    optimizer = torch.optim.Adam([p for p in vlm.model.parameters() if p.requires_grad], rate)
    for _ in range(steps):
        loss = F.cross_entropy(vlm.logits(vlm(inputs)[:, :-1][said]), labels[said])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss < 0.01:
            break
    vlm.eval().requires_grad_(False)
