"""What tests of several folders ask for."""

import gc

from disks import disk as disk


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not go through it again and again.

    It took 4 % of the time of the whole suite.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5000, 10, 30)
