"""Answer scenes in a worker process, one at a time, or search a share of a large scene."""

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
    """A worker process, with one model and one scene at a time.

    Args:
        task: the question, the model and the folder.
    """

    def __init__(self, task: Task) -> None:
        self.task, self.model = task, cast(Any, None)

    def ready(self) -> int:
        """Load the model.

        Returns:
            The process id.

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

        Args:
            entry: the scene.
            split: scene px above which it is to be shared.

        Returns:
            Facts about its answer; or "why", the reason why it failed; or "large", that it is to be
            shared.

        Raises:
            OutputError: the disk is full, or cannot be written to; never for anything that is wrong
                with the scene.
        """
        self.ready()
        give_back()  # memory of the scene before
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
            # stale=0: nobody else writes the scene's own folder, so what is half written there was
            # left by a worker that was killed.
            with Staging(folder, stale=0) as stage:
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
        """Search a share of a large scene's windows.

        Args:
            entry: the scene.
            turn: number of the turn; each begins with the journal that the last one joined.
            share: number of the share, from 0, and of shares.

        Returns:
            "finished", whether there were no windows left for the next turn; or "why", the reason
            why the scene failed.

        Raises:
            OutputError: as of `whole`.
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
