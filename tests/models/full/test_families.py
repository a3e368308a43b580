"""Families of vision-language models, and those that are none."""

import pytest

from geomagnifier.errors import ModelUnsupported
from geomagnifier.models.full.families import family_of


def test_other_families_are_refused_by_name():
    class Config:
        model_type = "blip-2"

    with pytest.raises(ModelUnsupported, match=r"blip-2.*LLaVA 1\.5"):
        family_of(Config, "Salesforce/blip2")
