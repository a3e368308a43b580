"""A process of an archive.

It answers scenes, one at a time, or looks at its share of a large one.
"""

from __future__ import annotations

import os
import shutil
import time
from typing import Any, cast

from geomagnifier import composed
from geomagnifier.archive.manifest import Entry
from geomagnifier.archive.tasks import SCENES, Task, working
from geomagnifier.atomic import Staging, output_error, rename
from geomagnifier.errors import GeomagError, OutputError, QuestionError
from geomagnifier.export import geoparquet
from geomagnifier.export.answer_json import write_json
from geomagnifier.export.mask_cog import write_mask
from geomagnifier.memory import give_back, stay_small
from geomagnifier.pipeline import ask
from geomagnifier.raster import shapes
from geomagnifier.raster.footprint import geojson, outlines
from geomagnifier.raster.scene import open_scene
from geomagnifier.scene_search import look_at_share


class Worker:
    """What runs in a process of its own: one model, one scene at a time."""

    def __init__(self, task: Task) -> None:
        self.task, self.model = task, cast(Any, None)

    def ready(self) -> int:
        """Load the model; its process number.

        Raises:
            QuestionError: the model cannot answer the question, whatever the scene.
        """
        from geomagnifier.models.registry import load_model

        if self.model is None:
            stay_small()
            model = load_model(self.task.model, **self.task.model_options)
            if (
                refused := composed.refusal(self.task.question, model.spec, boxed=False)
            ) is not None:
                raise QuestionError(refused)
            model.remember(0)  # no scene is asked about twice
            self.model = model
        return os.getpid()

    def whole(self, entry: Entry, split: float) -> dict[str, Any]:
        """Answer a scene and write its files.

        Its facts, or why there is no answer, or that it is to be shared.

        Raises:
            OutputError: the disk is full, or cannot be written to: not for anything that is wrong
                with the scene.
        """
        self.ready()
        give_back()  # what the scene before has left
        begin, task = time.perf_counter(), self.task
        journal = working(task, entry) / "whole.sqlite"
        try:
            with open_scene(entry.path, bands=task.bands) as scene:
                if scene.info.pixels > split:
                    return {"large": True}
                kept = journal if journal.exists() else None
                answer = ask(scene, task.question, self.model, journal=kept, **task.asked)
            folder = task.out / SCENES / entry.name
            geoparquet.write_scene(folder / "regions.parquet", entry.name, answer)
            with Staging(
                folder, stale=0
            ) as stage:  # the scene's own folder; a worker that was killed may have been here
                write_json(stage.path("answer.json"), answer)
                if answer.patches is not None:
                    write_mask(stage.path("mask.tif"), stage.scratch("mask.tif"), answer)
                stage.outdate(["mask.tif"])
        except OutputError:
            raise
        except GeomagError as error:
            return {"why": str(error)}
        facts = {
            "text": answer.text,
            "granularity": str(answer.granularity),
            "regions": len(answer.regions),
        }
        facts |= {**shapes.value_fields(answer), "understood": answer.understood}
        facts |= {
            "labels": [[name, p] for name, p in answer.labels[:1]],
            "pixels": scene.info.pixels,
            "crs": scene.info.crs,
        }
        [outline] = outlines(scene.info, [scene.info.box])
        return facts | {
            "seconds": time.perf_counter() - begin,
            "footprint": outline and geojson(outline),
        }

    def part(self, entry: Entry, turn: int, share: tuple[int, int]) -> dict[str, Any]:
        """Look at a share of a large scene's windows; whether that was all there is.

        Raises:
            OutputError: as above.
        """
        self.ready()
        folder = working(self.task, entry)
        own = folder / f"{turn}-{share[0]}.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if (folder / "whole.sqlite").exists() and not own.exists():
                shutil.copyfile(folder / "whole.sqlite", folder / f".{own.name}")
                rename(folder / f".{own.name}", own)
        except OSError as error:
            raise output_error(own, error) from error
        try:
            with open_scene(entry.path, bands=self.task.bands) as scene:
                return {
                    "finished": look_at_share(
                        scene, self.task.question, self.model, own, share, **self.task.asked
                    )
                }
        except OutputError:
            raise
        except GeomagError as error:
            return {"why": str(error)}
