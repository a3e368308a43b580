"""How many examples does a new class take?

Two classes are left out of a short training run, then fine-tuned into it from 10, 50 and 200
examples. The base is the image side by the recipe of
`lab/geomagnifier_lab/studies/ablations.py`, without the labels, scenes and captions: airplane
(objects, VHR-10) and building (land cover, Dubai). It is fine-tuned by `fine_tune` itself, and
measured on the validation images of both sets. Beside it stand the same recipe with all labels
("in the recipe"), and the shipped small model.

An example is one labelled object, for land cover one connected area. Images are taken at random
until they hold the number, all of each labelled, and half as many without the class.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from geomagnifier import mask_components, masks
from geomagnifier.finetuning import calibrate
from geomagnifier.finetuning.fit import FineTuneSchedule
from geomagnifier.finetuning.labels.coco import read_coco
from geomagnifier.finetuning.losses import WEIGHTS
from geomagnifier.finetuning.run import FineTuneConfig, fine_tune
from geomagnifier.finetuning.samples import load
from geomagnifier.finetuning.thresholds import MASKS, Evidence
from geomagnifier.folder_lock import alone
from geomagnifier.models import registry
from geomagnifier.models.custom.class_detector import ClassDetector
from geomagnifier.models.custom.model import CustomModel
from geomagnifier.models.networks.heads_net import HeadsNet
from geomagnifier.models.small.maps import DenseMaps
from geomagnifier.models.small.model import SmallModel
from geomagnifier.types import View
from geomagnifier_lab.bench.results_store import Kept
from geomagnifier_lab.datasets.dubai import COVER, dubai, read_cover
from geomagnifier_lab.datasets.sample import read_pixels
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.studies.ablations import SIZES
from geomagnifier_lab.studies.teaching_plot import plot, rows
from geomagnifier_lab.train.batches import NAMES, OBJECTS
from geomagnifier_lab.train.export import cost
from geomagnifier_lab.train.loop import Settings, image_side, train

HELD = ("airplane", "building")
EXAMPLES, SEEDS = (10, 50, 200), (0, 1)
STEPS = 450
"""Steps of the base: a quarter of an hour on two cores."""
RECIPE = replace(WEIGHTS, scene=0.0, retrieval=0.0)
"""Without scenes and captions: they name the classes that are to be new."""
LESSON = FineTuneSchedule()
TILE = 320
"""Side of Dubai's images in fine-tuning, px: one holds about ten buildings."""
SMALLEST = 40
"""The smallest area that is an example, px."""
KEPT = "teaching.json"
IMAGE_SIDE = ("trunk.", "neck.", "states.", "decoder.", "presence.", "box_classifier.")


def base_run(
    root: Path,
    out: Path,
    captions: Callable[[list[str]], Tensor],
    trunk: Path,
    without: Sequence[str],
) -> Iterator[int]:
    """Train a base, or resume its training.

    Args:
        root: folder of the data sets.
        out: folder of the run.
        captions: sentences -> vectors.
        trunk: ImageNet weights.
        without: classes that are left out of the labels.

    Yields:
        each step.
    """
    settings = Settings(
        steps=STEPS,
        sizes=replace(SIZES, crops=6, scenes=16),
        warmup=40,
        average=0.99,
        validate=150,
        save=50,
        without=tuple(without),
    )
    for row in train(root, out, captions, trunk, settings, weights=RECIPE):
        yield int(row["step"])


def base_folder(run: Path) -> Path:
    """Write the run as a model folder.

    It holds the run's image side, and the parts of the shipped model that are not measured here.
    """
    folder = run / "model"
    folder.mkdir(exist_ok=True)
    for name in (*registry.FILES[1:], registry.CHINESE):
        (folder / name).write_bytes((registry.WEIGHTS / name).read_bytes())
    card, state = registry.read(registry.WEIGHTS / registry.FILES[0])
    network = image_side()
    network.load_state_dict(
        torch.load(run / "last.pt", map_location="cpu", weights_only=True)["average"]
    )
    own = {k: v for k, v in network.state_dict().items() if k.startswith(IMAGE_SIDE)}
    for name, kinds, every in (
        ("states.", card["kinds"], NAMES),
        ("box_classifier.layers.3.", card["objects"], OBJECTS),
    ):
        rows = [*(every.index(kind) for kind in kinds), len(every)]
        own |= {k: v[rows] for k, v in own.items() if k.startswith(name)}
    registry.write(
        folder / registry.FILES[0],
        state | own,
        card | {"flops": cost(network.eval()), "calibration": {}},
    )
    return folder


def pictures(root: Path, folder: Path, kind: str, split: str) -> Path:
    """Write a COCO file of all images of a split, for one of the classes.

    Dubai's training images are cut into tiles.

    Args:
        root: folder of the data sets.
        folder: for instances.json and the images; what is there is not written again.
        kind: the class that is labelled; one of land cover is taken from Dubai, others from VHR-10.
        split: "train" or "val".

    Returns:
        the COCO file.
    """
    (folder / "images").mkdir(parents=True, exist_ok=True)
    target = folder / "instances.json"
    if target.is_file():
        return target
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    if kind in COVER:
        for sample in dubai(root, split):
            pixels, cover = read_pixels(sample.path), read_cover(sample.cover) == COVER.index(kind)
            for y in range(0, pixels.shape[0] - TILE // 2, TILE) if split == "train" else (0,):
                for x in range(0, pixels.shape[1] - TILE // 2, TILE) if split == "train" else (0,):
                    side = TILE if split == "train" else max(pixels.shape)
                    part, mask = (
                        pixels[y : y + side, x : x + side],
                        cover[y : y + side, x : x + side],
                    )
                    name = f"{sample.path.parent.name}-{sample.path.stem}-{x}-{y}.png"
                    Image.fromarray(part).save(folder / "images" / name)
                    images.append({"id": len(images), "file_name": name})
                    for left, top, piece in mask_components.components(mask, SMALLEST):
                        box = [left, top, piece.shape[1], piece.shape[0]]
                        outline = masks.place(piece, (left, top), (mask.shape[0], mask.shape[1]))
                        annotations.append(
                            {
                                "image_id": len(images) - 1,
                                "category_id": 1,
                                "bbox": box,
                                "segmentation": outline,
                            }
                        )
    else:
        for labelled in vhr10(root, split):
            name = labelled.path.name
            Image.fromarray(read_pixels(labelled.path)).save(folder / "images" / f"{name}.png")
            images.append({"id": len(images), "file_name": f"{name}.png"})
            for o in labelled.objects:
                if o.kind == kind:
                    x0, y0, x1, y1 = o.box
                    rings = [ring.ravel().tolist() for ring in o.polygons]
                    annotations.append(
                        {
                            "image_id": len(images) - 1,
                            "category_id": 1,
                            "bbox": [x0, y0, x1 - x0, y1 - y0],
                            "segmentation": rings,
                        }
                    )
    category = {"id": 1, "name": kind, "isthing": int(kind not in COVER)}
    target.write_text(
        json.dumps(
            {"images": images, "annotations": annotations, "categories": [category]}, default=float
        )
    )
    return target


def some(whole: Path, examples: int, seed: int) -> Path:
    """Write a COCO file of randomly picked images with a number of examples between them.

    Half as many images without an example are added.

    Args:
        whole: a COCO file of `pictures`; the new one is written beside it.
        examples: at least so many.
        seed: of the choice.

    Returns:
        the COCO file.
    """
    coco = json.loads(whole.read_text())
    counts = dict.fromkeys((i["id"] for i in coco["images"]), 0)
    for a in coco["annotations"]:
        counts[a["image_id"]] += 1
    order = [int(i) for i in np.random.default_rng([seed, examples]).permutation(list(counts))]
    chosen: list[int] = []
    for i in (i for i in order if counts[i]):
        if sum(counts[j] for j in chosen) >= examples:
            break
        chosen.append(i)
    chosen += [i for i in order if not counts[i]][: max(1, len(chosen) // 2)]
    kept = {
        "images": [i for i in coco["images"] if i["id"] in chosen],
        "annotations": [a for a in coco["annotations"] if a["image_id"] in chosen],
    }
    target = whole.parent / f"some-{examples}-{seed}.json"
    target.write_text(json.dumps(coco | kept))
    return target


class AsKnown(CustomModel):
    """A model's own classes, measured as fine-tuned ones are.

    Its states drive its decoder, and its thresholds count.
    """

    def __init__(self, base: SmallModel, kinds: Sequence[str]) -> None:
        from geomagnifier.models.custom.class_heads import CustomClass

        own = [
            CustomClass(((kind, kind),), kind in COVER, calibration=vars(base.calibration[kind]))
            for kind in kinds
        ]
        super().__init__(base, [(HeadsNet(len(own)).finished(), kinds)], own, ())
        self.finder = ByStates(base, self.heads, self.wordless, self.own)


class ByStates(ClassDetector):
    """Detects the base's own classes by its states, in place of heads."""

    def maps(self, class_name: str, view: View) -> DenseMaps:
        """See `ClassDetector.maps`."""
        states = self.base.detector.class_states([class_name])
        return self.base.detector.decode(states, self.base.views.see(view))[0]


def figures(
    model: CustomModel, kind: str, validation: Path, limit: int | None = None
) -> dict[str, float]:
    """Measure a class on labelled images.

    Args:
        model: that knows the class.
        kind: the class.
        validation: a COCO file.
        limit: images without the class; all for None.

    Returns:
        "IoU": mean IoU of the masks where the class is there, at the model's threshold; "AP50": AP
        of boxes at IoU 0.5 over all images.
    """
    labels = read_coco(validation)
    with_kind = [p for p in labels.pictures if p.objects]
    without = [p for p in labels.pictures if not p.objects][: limit or None]
    windows = load(replace(labels, pictures=tuple(with_kind + without)), {kind} & set(COVER))
    seen = calibrate.measure(model, windows, [kind])[kind]
    return of(seen, model.finder.thresholds[kind].mask)


def of(seen: Evidence, mask: float) -> dict[str, float]:
    """The figures that evidence comes to, see `figures`.

    Args:
        seen: what the model answered on the images.
        mask: threshold of the mask; one of `MASKS`.
    """
    found: dict[str, float] = {}
    if seen.masks:
        found["IoU"] = float(np.mean(seen.masks, 0)[MASKS.index(mask)])
    if seen.labelled:
        hits = np.array([hit for _, hit, _ in sorted(seen.objects, key=lambda o: -o[0])], bool)
        precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
        best = np.maximum.accumulate(precision[::-1])[::-1]
        found["AP50"] = float(best[hits].sum() / seen.labelled) if len(hits) else 0.0
    return found


def teaching(
    root: Path,
    out: Path,
    base: Path,
    progress: Callable[[int, int], object],
    seeds: Sequence[int] = SEEDS,
    lesson: FineTuneSchedule = LESSON,
) -> dict[str, Any]:
    """Measure the curve: accuracy by class, number of examples and seed.

    Args:
        root: folder of the data sets.
        out: folder for images, runs and teaching.json; what is measured there is not measured
            again.
        base: model folder that does not know the classes.
        progress: called with (runs done, of how many).
        seeds: of images and crops.
        lesson: schedule of each run.

    Returns:
        what teaching.json holds.
    """
    kept = Kept(out / KEPT, _settings(lesson))
    runs = [(kind, n, seed) for seed in seeds for n in EXAMPLES for kind in HELD]
    for number, (kind, n, seed) in enumerate(runs, 1):
        name = f"{kind} {n} {seed}"
        if kept.get(name) is None:
            source = some(pictures(root, out / f"{kind}-train", kind, "train"), n, seed)
            run = out / "runs" / name.replace(" ", "-")
            folder, _ = fine_tune(
                FineTuneConfig(source, str(base), run, lesson=replace(lesson, seed=seed)),
                lambda *_: None,
            )
            model = registry.load_model(folder)
            assert isinstance(model, CustomModel)
            told = model.own[kind].taught
            kept.put(
                name,
                {k: told[k] for k in ("objects", "pictures")}
                | figures(model, kind, _validation(root, out, kind), 26),
            )
        progress(number, len(runs))
    return kept.all


def beside(root: Path, out: Path, kept: Kept, name: str, folder: str) -> None:
    """Measure a model that knows the classes, if that was not done.

    Args:
        root: folder of the data sets.
        out: folder for images.
        kept: the measurements, to which these are added.
        name: of the model in them.
        folder: "small", or a folder with weights.
    """
    for kind in HELD:
        if kept.get(f"{name} {kind}") is None:
            model = AsKnown(registry.load_small(folder), [kind])
            kept.put(f"{name} {kind}", figures(model, kind, _validation(root, out, kind), 26))


def _validation(root: Path, out: Path, kind: str) -> Path:
    return pictures(root, out / f"{kind}-val", kind, "val")


def curve(
    root: Path,
    out: Path,
    captions: Callable[[list[str]], Tensor],
    trunk: Path,
    progress: Callable[[int, int], object],
) -> list[dict[str, Any]]:
    """Train both bases, measure the curve and what it is compared with, and plot it.

    The plot is `out`/own-classes.png.

    Args:
        root: folder of the data sets.
        out: folder of the runs; what is finished there is not done again.
        captions: sentences -> vectors.
        trunk: ImageNet weights.
        progress: called with (steps and runs done, of how many).

    Returns:
        rows of `teaching_plot.rows`.

    Raises:
        OutputError: another run is writing `out`, or it cannot be written.
    """
    with alone(out):
        return _curve(root, out, captions, trunk, progress)


def _curve(
    root: Path,
    out: Path,
    captions: Callable[[list[str]], Tensor],
    trunk: Path,
    progress: Callable[[int, int], object],
) -> list[dict[str, Any]]:
    """`curve`, alone in its folder."""
    lessons = len(HELD) * len(EXAMPLES) * len(SEEDS)
    total = 2 * STEPS + lessons
    for number, (name, without) in enumerate((("base", HELD), ("recipe", ()))):
        for step in base_run(root, out / name, captions, trunk, without):
            progress(number * STEPS + step, total)
    kept = Kept(out / "curve" / KEPT, _settings(LESSON))
    for name, folder in (("recipe", str(base_folder(out / "recipe"))), ("shipped", "small")):
        beside(root, out / "curve", kept, name, folder)
    teaching(
        root,
        out / "curve",
        base_folder(out / "base"),
        lambda done, _: progress(2 * STEPS + done, total),
    )
    runs = Kept(out / "curve" / KEPT, _settings(LESSON)).all["runs"]
    plot(runs, HELD, EXAMPLES, out / "own-classes.png")
    return rows(runs, HELD, EXAMPLES)


def _settings(lesson: FineTuneSchedule) -> dict[str, Any]:
    return {"steps": STEPS, "lesson": [lesson.crops, lesson.side, lesson.steps, lesson.rate]}
