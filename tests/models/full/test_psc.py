import pytest
import torch
from test_vlm import picture

from geomagnifier.errors import ModelUnsupported
from geomagnifier.models.full import psc
from geomagnifier.models.full.vlm import Turn

FORCED = "ship: [SEG]; harbor: [SEG]"


def direct(vlm, turn, tokens):
    """H by whole attention maps of the library and autograd, without anything of psc.py.

    The paper's formula.
    """
    inputs = vlm.encode([turn])
    ids = inputs["input_ids"][0]
    image = (ids == vlm.config.image_token_id).nonzero()[:, 0]
    core = vlm.core
    core.set_attn_implementation("eager")
    embeddings = core.get_input_embeddings()
    embeddings.weight.requires_grad_()  # so that there is a graph
    given = {k: v for k, v in inputs.items() if k not in ("labels", "places")}
    out = core(**given, output_attentions=True)
    embeddings.weight.requires_grad_(False)
    positions = (
        [int(i) - 1 for i in (ids == tokens[0]).nonzero()[:, 0]] if turn.answer else [len(ids) - 1]
    )
    value = sum(out.logits[0, i, tokens[0]] for i in positions)
    used = out.attentions[-len(psc.watched(vlm)) :]
    slopes = torch.autograd.grad(value, used)
    rows, columns = vlm.family.grids(inputs, vlm.config)[-1]
    mine, start = image[-rows * columns :], int(image[-1]) + 1
    total = [
        torch.relu(s[0, :, start:][..., mine]) * a[0, :, start:][..., mine]
        for s, a in zip(slopes, used, strict=True)
    ]
    core.set_attn_implementation("sdpa")
    return torch.cat([t.flatten(0, 1) for t in total]).mean(0).view(rows, columns).detach().numpy()


@pytest.mark.parametrize("views", [1, 2])
def test_heat_is_the_papers_formula_for_ties(vlm, views):
    turn = Turn([picture(seed=i) for i in range(views)], "Segment ships and harbors.", FORCED)
    expected = direct(vlm, turn, (vlm.tie("[SEG]"),))
    found = psc.heat(vlm, turn, "[SEG]", "[NONE]")
    assert found.map.shape == expected.shape
    assert expected.max() > 0
    assert found.map == pytest.approx(expected, rel=1e-3, abs=float(1e-9 + 1e-4 * expected.max()))
    assert 0 <= found.probability <= 1


def test_heat_is_the_papers_formula_for_a_first_word(vlm):
    turn = Turn([picture()], "Is there any ship in this image? Answer Yes or No.")
    expected = direct(vlm, turn, (vlm.token("Yes"),))
    assert psc.heat(vlm, turn, "Yes", "No").map == pytest.approx(
        expected, rel=1e-3, abs=float(1e-9 + 1e-4 * expected.max())
    )


def test_attention_alone_is_another_map(vlm):
    turn = Turn([picture()], "Segment ships and harbors.", FORCED)
    alone, weighed = (
        psc.heat(vlm, turn, "[SEG]", "[NONE]", gradient).map for gradient in (False, True)
    )
    assert alone.shape == weighed.shape
    assert alone.min() > 0
    assert abs(alone / alone.max() - weighed / weighed.max()).max() > 0.01


def test_a_model_without_attention_is_told(vlm, monkeypatch):
    class Mixer(torch.nn.Module):
        def __init__(self, usual):
            super().__init__()
            self.config = usual.config
            self.usual = [
                usual
            ]  # hidden: it keeps the library's own attention, which nobody can watch

        def forward(self, *given, **told):
            self.usual[0].config = self.usual[0].config
            return self.usual[0](*given, **told)

    for layer in psc.watched(vlm):
        layer.self_attn = Mixer(layer.self_attn)
    with pytest.raises(ModelUnsupported, match="gives no attention"):
        psc.heat(vlm, Turn([picture()], "Where?"), "Yes", "No")


def test_the_last_quarter_of_the_layers_is_watched(vlm):
    assert [*psc.watched(vlm)] == [*vlm.layers[-2:]]
