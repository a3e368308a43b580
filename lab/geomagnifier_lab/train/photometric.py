"""Photometric augmentation: what cameras, air and file formats do to the pixels of a crop.

Gamma, gain, haze, colour casts, grey, other channels, blur, noise, JPEG. Labels stay as they are.
Each change is made at random, two to three of them on average.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.uint8]


def degrade(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """A crop as another camera might give it.

    Args:
        pixels: (S, S, 3) uint8.
        rng: random generator.
    """
    x = pixels.astype(np.float32) / 255
    if rng.random() < 0.4:
        x = x ** np.exp(rng.uniform(-0.6, 0.6))  # gamma
    if rng.random() < 0.4:
        x = x * np.exp(rng.uniform(-0.5, 0.35))  # gain
    if rng.random() < 0.25:
        thick = rng.uniform(0.1, 0.5)
        x = x * (1 - thick) + thick * rng.uniform(0.55, 0.95)  # haze: bright and flat
    if rng.random() < 0.35:
        x = x * np.exp(rng.uniform(-0.25, 0.25, 3)) + rng.uniform(-0.05, 0.05, 3)  # colour cast
    chance = rng.random()
    if chance < 0.12:
        x = np.repeat(x @ np.array([[0.3], [0.59], [0.11]], np.float32), 3, 2)  # panchromatic
    elif chance < 0.22:
        x = x[..., rng.permutation(3)]  # other bands
    picture = Image.fromarray(np.rint(np.clip(x, 0, 1) * 255).astype(np.uint8))
    if rng.random() < 0.25:
        picture = picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 1.6))))
    if rng.random() < 0.25:
        strength = float(rng.uniform(2, 12))
        noise = rng.normal(0, strength, (*picture.size[::-1], 3 if rng.random() < 0.5 else 1))
        picture = Image.fromarray(
            np.rint(np.clip(np.asarray(picture, np.float32) + noise, 0, 255)).astype(np.uint8)
        )
    if rng.random() < 0.3:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=int(rng.integers(25, 90)))
        picture = Image.open(file)
    return np.array(picture)
