"""Drawn scenes: the same seed draws the same picture, and the labels lie where the things are."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from geomagnifier_lab.render.scene import COVER, KINDS, THEMES, DrawnScene, draw_scene

MAIN = {
    "airport": "airplane",
    "harbour": "harbor",
    "tank farm": "storage tank",
    "sports ground": "ground track field",
    "town": "vehicle",
}


@pytest.fixture(scope="module")
def scenes() -> dict[str, DrawnScene]:
    return {theme: draw_scene(11, theme=theme) for theme in THEMES}


def test_the_same_seed_draws_the_same_bytes() -> None:
    first, second, other = (draw_scene(seed, 320, 256, "harbour") for seed in (3, 3, 4))
    assert first.pixels.tobytes() == second.pixels.tobytes()
    assert first.cover.tobytes() == second.cover.tobytes()
    assert [o.polygon.tobytes() for o in first.objects] == [
        o.polygon.tobytes() for o in second.objects
    ]
    assert first.pixels.tobytes() != other.pixels.tobytes()


def test_shapes_and_types() -> None:
    scene = draw_scene(0, 300, 200)
    assert scene.pixels.shape == (200, 300, 3) and scene.pixels.dtype == np.uint8
    assert scene.cover.shape == (200, 300) and scene.cover.dtype == np.uint8
    assert scene.cover.max() < len(COVER)


@pytest.mark.parametrize("theme", THEMES)
def test_polygons_are_inside_the_picture_and_of_known_kinds(
    scenes: dict[str, DrawnScene], theme: str
) -> None:
    for thing in scenes[theme].objects:
        assert thing.kind in KINDS
        assert (
            thing.polygon.dtype == np.float32
            and thing.polygon.shape[1:] == (2,)
            and len(thing.polygon) >= 3
        )
        assert (thing.polygon >= 0).all() and (thing.polygon <= (1000, 700)).all()


@pytest.mark.parametrize("theme", THEMES)
def test_each_theme_contains_its_main_kind(scenes: dict[str, DrawnScene], theme: str) -> None:
    found = {thing.kind for thing in scenes[theme].objects}
    assert found == set(KINDS) if theme == "mixed" else MAIN[theme] in found


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [(64, 64), (448, 200), (200, 448)])
def test_small_pictures_are_drawn(theme: str, size: tuple[int, int]) -> None:
    assert draw_scene(1, *size, theme).pixels.shape == (size[1], size[0], 3)


def filled(polygon: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Mask (H, W) bool of a polygon (N, 2) px."""
    image = Image.new("L", (shape[1], shape[0]))
    ImageDraw.Draw(image).polygon(polygon.ravel().tolist(), fill=1)
    return np.asarray(image, bool)


@pytest.mark.parametrize(
    ("theme", "kind"), [("airport", "airplane"), ("tank farm", "storage tank"), ("harbour", "ship")]
)
def test_things_differ_from_their_surroundings(
    scenes: dict[str, DrawnScene], theme: str, kind: str
) -> None:
    scene = scenes[theme]
    differences = []
    for thing in (thing for thing in scene.objects if thing.kind == kind):
        middle = thing.polygon.mean(0)
        inside = filled(thing.polygon, scene.cover.shape)
        around = (
            filled(
                np.clip((thing.polygon - middle) * 1.4 + middle, 0, (1000, 700)), scene.cover.shape
            )
            & ~inside
        )
        differences.append(
            np.abs(
                scene.pixels[inside].astype(float) - np.median(scene.pixels[around], axis=0)
            ).mean()
        )
    assert np.mean(differences) > 30
    assert np.mean(np.array(differences) > 15) > 0.9


def test_cover_says_what_is_there(scenes: dict[str, DrawnScene]) -> None:
    water = COVER.index("water")
    assert (scenes["harbour"].cover == water).mean() > 0.2
    assert (scenes["town"].cover == COVER.index("building")).mean() > 0.02
    for thing in scenes["harbour"].objects:
        if thing.kind == "ship":
            assert (
                scenes["harbour"].cover[filled(thing.polygon, (700, 1000))] == water
            ).mean() > 0.9


def test_an_unknown_theme_is_named_in_the_error() -> None:
    with pytest.raises(ValueError, match="'moon'; choose one of airport"):
        draw_scene(0, 64, 64, "moon")
