"""Linear layers over a thumbnail's pooled vector: the scene head and the presence gate of captions.

They are trained over the finished trunk. The scene head is first trained together with the trunk,
and overfits the training images by then. Here it is trained again with half of its inputs dropped,
on means over versions of an image, as it is used (the mean of four mirrored views).
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier.finetuning.thresholds import STEPS, middle
from geomagnifier.language.scene_classes import SCENES
from geomagnifier.models.small import vocabulary as w
from geomagnifier_lab.questions.answers import MENTIONS
from geomagnifier_lab.train.batches import OBJECTS
from geomagnifier_lab.train.losses import scene_loss
from geomagnifier_lab.train.text_samples import Pictures
from geomagnifier_lab.train.trainer import Schedule, Trainer, warmup_cosine


def train_scenes(pictures: Pictures, seed: int, steps: int = 1500) -> nn.Linear:
    """The scene head, trained over a finished trunk.

    Args:
        pictures: training images, in several versions each.
        seed: of the draws.
        steps: of 512 images.
    """
    torch.manual_seed(seed)
    count = len(pictures.samples)
    versions = pictures.pooled.view(-1, count, pictures.pooled.shape[1])
    allowed = torch.tensor(
        [[name in sample.scenes for name in SCENES] for sample in pictures.samples]
    )
    head = nn.Linear(versions.shape[2], len(SCENES))
    trainer = Trainer(
        head,
        torch.optim.AdamW(head.parameters(), 2e-3, weight_decay=0.1),
        Schedule(steps, warmup_cosine(steps, 0, 0.0)),
    )
    while trainer.step < steps:
        rows = torch.randint(count, (512,))
        share = torch.softmax(4 * torch.rand(len(versions), len(rows)), 0)[:, :, None]
        mean = (versions[:, rows].float() * share).sum(0)
        loss = scene_loss(head(F.dropout(mean, 0.5)), allowed[rows])
        trainer.advance([(loss, {})])
    return head.eval()


def mentioned(pictures: Pictures) -> tuple[Tensor, Tensor]:
    """Pooled vectors of the images with captions, and which classes any caption names.

    (N, 1280) and (N, len(OBJECTS)) 0 or 1.
    """
    rows, named = [], []
    for i, of in enumerate(pictures.of):
        captions = pictures.samples[of].captions
        if captions:
            said = {word for caption in captions for word in w.split(caption)}
            rows.append(i)
            named.append([float(bool(said & set(MENTIONS.get(kind, ())))) for kind in OBJECTS])
    return pictures.pooled[torch.tensor(rows)].float(), torch.tensor(named)


def train_mentions(
    pictures: Pictures, held: Pictures, seed: int, steps: int = 1500
) -> tuple[nn.Linear, dict[str, tuple[float, tuple[str, ...]]], float]:
    """Train the presence gate of captions: logistic regression on the pooled vector.

    Args:
        pictures: training images.
        held: validation images, to choose the threshold of each class by the best F1.
        seed: of the draws.
        steps: of 256 images.

    Returns:
        the layer; by class its threshold and the words it stands for; the mean F1 on `held`.
    """
    torch.manual_seed(seed)
    x, y = mentioned(pictures)
    layer = nn.Linear(x.shape[1], len(OBJECTS))
    trainer = Trainer(
        layer,
        torch.optim.AdamW(layer.parameters(), 1e-3, weight_decay=0.1),
        Schedule(steps),
    )
    while trainer.step < steps:
        rows = torch.randint(len(x), (256,))
        loss = F.binary_cross_entropy_with_logits(layer(F.dropout(x[rows], 0.2)), y[rows])
        trainer.advance([(loss, {})])
    thresholds, scores = {}, []
    with torch.no_grad():
        x, y = mentioned(held)
        p = torch.sigmoid(layer(x)).numpy()
    for k, kind in ((k, kind) for k, kind in enumerate(OBJECTS) if kind in MENTIONS):
        truth = y[:, k].numpy() > 0.5
        taken = p[None, :, k] >= STEPS[:, None]
        f1 = 2 * (taken & truth).sum(1) / np.maximum(taken.sum(1) + truth.sum(), 1)
        best = middle(f1)
        thresholds[kind] = (round(float(min(STEPS[best], 0.5)), 3), MENTIONS[kind])
        scores.append(float(f1[best]))
    return layer, thresholds, float(np.mean(scores))
