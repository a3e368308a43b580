"""Quick validation figures on images of other cameras, at full size only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from geomagnifier.finetuning.crops import Source
from geomagnifier.geometry import overlap
from geomagnifier.language.classes import narrow
from geomagnifier.masks import intersection_over_union
from geomagnifier.models.small.cells import pad
from geomagnifier.models.small.instances import LOWEST_HEAT, combine, find_peaks
from geomagnifier.models.small.maps import MASK_STRIDE
from geomagnifier.types import Bools, Bytes, Floats
from geomagnifier_lab.eval.boxes import voc
from geomagnifier_lab.networks.backbone import normalise
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.train.batches import NAMES, OBJECTS

POINT = 6.0
"""Distance within which a box counts as a detection of a labelled point, px."""
SURE = 0.3
"""Score from which a box counts where not everything is labelled."""


@torch.no_grad()
def camera_figures(
    network: SmallNetwork, cameras: Mapping[str, Sequence[Source]], device: torch.device
) -> dict[str, float]:
    """By set the mean over its classes: AP at IoU 0.5 of boxes, IoU of land cover.

    A point is detected by a box centred within 6 px. For a set that is not labelled completely it
    is the recall of its labelled objects. "cameras" is the mean without VHR-10.

    Args:
        network: asked for the classes of each set.
        cameras: images by set.
        device: of the network.
    """
    network.eval()
    figures = {}
    for name, sources in cameras.items():
        kinds = sorted(
            {kind for s in sources for kind, _, _ in s.objects}
            | {k for s in sources for k in s.cover_names}
        )
        truth = [
            {"picture": str(n), "label": kind, "box": compared(box, source)}
            for n, source in enumerate(sources)
            for kind, box, _ in source.objects
        ]
        found, overlaps = [], []
        for n, source in enumerate(sources):
            masks, boxes = predict(network, source.pixels, kinds, device)
            for kind, (where, scores) in boxes.items():
                found += [
                    {"picture": str(n), "label": kind, "box": compared(b, source), "score": s}
                    for b, s in zip(where.tolist(), scores.tolist(), strict=True)
                ]
            for number, kind in enumerate(source.cover_names):
                assert source.cover is not None
                overlaps.append(intersection_over_union(masks[kind], source.cover == number))
        if overlaps:
            figures[f"IoU {name}"] = float(np.mean(overlaps))
        elif all(s.complete for s in sources):
            figures[f"AP {name}"] = float(np.mean(list(voc(truth, found).values())))
        else:
            hits = [
                bool((overlap(np.array(row["box"]), _boxes(found, row)) >= 0.5).any())
                for row in truth
            ]
            figures[f"recall {name}"] = float(np.mean(hits))
    network.train()
    return figures | {
        "cameras": float(
            np.mean([value for name, value in figures.items() if not name.endswith("vhr10")])
        )
    }


def _boxes(found: Sequence[Mapping[str, object]], of: Mapping[str, object]) -> NDArray[np.float32]:
    """Boxes (N, 4) that score high enough, in the same image and of the same class."""
    boxes = [
        r["box"]
        for r in found
        if (r["picture"], r["label"]) == (of["picture"], of["label"])
        and float(str(r["score"])) >= SURE
    ]
    return np.array(boxes, np.float32).reshape(-1, 4)


def as_compared(boxes: Floats, nominal: bool) -> Floats:
    """Boxes (N, 4) as they are compared with others.

    Nominal boxes become squares whose IoU with each other is about a half at a distance of 6 px.

    Args:
        boxes: (N, 4), px.
        nominal: boxes say where an object is, not how large it is.
    """
    if not nominal:
        return boxes
    centres, half = (boxes[:, :2] + boxes[:, 2:]) / 2, np.float32(1.5 * POINT)
    return np.concatenate([centres - half, centres + half], 1)


def compared(box: Sequence[float], source: Source) -> list[float]:
    """`as_compared` for one box of an image.

    Args:
        box: x0, y0, x1, y1, px.
        source: image that it is in.
    """
    found: list[float] = as_compared(np.array([box], np.float32), source.nominal)[0].tolist()
    return found


def predict(
    network: SmallNetwork, pixels: Bytes, kinds: Sequence[str], device: torch.device
) -> tuple[dict[str, Bools], dict[str, tuple[Floats, Floats]]]:
    """Ask for some classes in an image, by the image side's own states.

    Args:
        network: to be measured.
        pixels: (H, W, 3) uint8.
        kinds: class names.
        device: of the network.

    Returns:
        by class its mask (H, W), and its boxes (N, 4) px with their scores (N,); the probability of
        a wide class is the sum of those of its narrow ones.
    """
    height, width = pixels.shape[:2]
    with torch.autocast(device.type, torch.bfloat16):
        seg = network.states(torch.tensor([NAMES.index(kind) for kind in kinds], device=device))[
            None
        ].float()
        ends = network.trunk(normalise(torch.from_numpy(pad(pixels)[None]).to(device)))
        pyramid = network.neck(ends)
        maps = network.decoder(seg, network.decoder.prepare(pyramid))
        presence = torch.sigmoid(network.presence(seg, maps, ends[3]).float())[0].tolist()
    masks, boxes = {}, {}
    for q, kind in enumerate(kinds):
        fine = (maps.mask[0, q] > 0).cpu().numpy()
        masks[kind] = fine.repeat(MASK_STRIDE, 0).repeat(MASK_STRIDE, 1)[:height, :width]
        if kind not in OBJECTS:
            continue
        peaks = find_peaks(
            maps.centre[0, q].float().cpu().numpy(),
            maps.sides[0, q].float().cpu().numpy(),
            LOWEST_HEAT,
        )
        if len(peaks.scores):
            with torch.autocast(device.type, torch.bfloat16):
                likely = torch.softmax(
                    network.box_classifier(
                        pyramid, torch.from_numpy(peaks.boxes).to(device)
                    ).float(),
                    1,
                )
            own = likely[:, [OBJECTS.index(k) for k in (kind, *narrow(kind))]].sum(1).cpu().numpy()
            boxes[kind] = peaks.boxes, combine(peaks.scores, own, presence[q])
    return masks, boxes
