"""Request models: the bodies of /v1/ask and /v1/search, checked field by field."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from geomagnifier.retrieval import SearchQuery
from geomagnifier.retrieval.query import read_date, read_distance

MOST = 1000
"""Most hits of a search in one response."""


class AskRequest(BaseModel):
    """A question. One of scene, path and (in a form) file says what it is about."""

    model_config = ConfigDict(extra="forbid", str_max_length=1_000_000)

    question: str = Field(description="Plain words, such as 'Segment every ship.'")
    """The question, in English or Chinese."""
    scene: str | None = Field(None, description="Id of a picture.")
    """Id of the scene, as /v1/scenes lists it."""
    path: str | None = Field(None, description="Name of a picture under the root.")
    """Path of the scene relative to the root."""
    box: tuple[float, float, float, float] | None = Field(
        None, description="What the question is about: x0, y0, x1, y1 in scene px."
    )
    """Part of the scene that the question is about, in the CRS of `box_crs`."""
    box_crs: str | None = Field(
        None,
        description=(
            "CRS of the box, such as EPSG:4326 (west, south, east, north), or 'scene' for the"
            " picture's own; px without."
        ),
    )
    """CRS of `box`; None for scene px."""
    search: str = Field(
        "adaptive",
        description="adaptive, paper or exhaustive; random, grid and shrink for comparison.",
    )
    """How windows are chosen, as in `geomagnifier.ask`."""
    min_score: float | None = Field(None, description="Every candidate above this score.")
    """Threshold on the score, 0 to 1, in place of the calibrated one."""
    recall: float | None = Field(
        None, description="Share of all objects that is to be found, such as 0.95."
    )
    """Recall to reach, above 0 and below 1, by the model's calibration curve."""
    budget: float | str | None = Field(None, description="The most to spend: '4 Mpx' or '20 s'.")
    """Limit on pixels or time; what it leaves unseen is listed in the answer."""
    after: str | None = Field(
        None,
        description=(
            "Id of a job about the same scene that the question may refer back to: 'segment those'."
        ),
    )
    """Id of the job that a follow-up question refers back to."""


class SearchRequest(BaseModel):
    """A search through the pictures under the root, by words or by a picture."""

    model_config = ConfigDict(extra="forbid", str_max_length=1_000_000)

    words: str | None = None
    """What the images should show."""
    scene: str | None = Field(None, description="Id of a picture to find others like.")
    """Id of an image to find similar ones to."""
    path: str | None = Field(None, description="Name of one under the root.")
    """The same by its path relative to the root."""
    near: tuple[float, float] | None = Field(
        None, description="Longitude and latitude; ranks by distance where nothing else does."
    )
    """Place to search around: longitude, latitude in degrees."""
    within: str | float = Field("10 km", description="From there: '10 km', '500 m'.")
    """Largest distance from `near`; a number is in metres."""
    bbox: tuple[float, float, float, float] | None = Field(
        None, description="West, south, east, north in degrees."
    )
    """Box that the footprint has to touch."""
    after: str | None = Field(None, description="Taken on this day or later: 2024-05-01, 2024.")
    """Earliest date of acquisition."""
    before: str | None = Field(None, description="Taken before this day.")
    """First date that is too late."""
    top: int = Field(12, ge=1, le=MOST)
    """Most hits to return."""

    def query(self) -> SearchQuery | None:
        """The filter by place and time; None where neither is given."""
        if self.near is None and self.bbox is None and self.after is None and self.before is None:
            return None
        after, before = (
            None if day is None else read_date(day) for day in (self.after, self.before)
        )
        return SearchQuery(
            near=self.near,
            within=read_distance(str(self.within)),
            bbox=self.bbox,
            after=after,
            before=before,
        )


Wait = Annotated[bool, Query(description="false: do not wait for the answer, but tell the job.")]
