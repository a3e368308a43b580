"""What tests of several folders ask for."""

import gc

from disks import disk as disk


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not go through it again and again."""
    gc.collect()
    gc.freeze()
