"""The work folder of a service: locked while it runs, removed when it was left behind."""

import os

from geomagnifier.server.work_folder import LOCK, PREFIX, make_work_folder, remove_abandoned


def test_a_locked_folder_stays_and_one_that_was_left_goes(tmp_path):
    folder, lock = make_work_folder(tmp_path)
    assert folder.name.startswith(PREFIX) and (folder / "uploads").is_dir()
    remove_abandoned(tmp_path, hours=0)
    assert (folder / LOCK).is_file()
    lock.close()
    remove_abandoned(tmp_path, hours=24)
    assert not folder.exists()


def test_a_folder_without_a_lock_goes_by_its_age_and_others_stay(tmp_path):
    (old, new, foreign) = (tmp_path / name for name in (f"{PREFIX}old", f".{PREFIX}new", "mine"))
    for folder in (old, new, foreign):
        folder.mkdir()
        if folder != new:
            os.utime(folder, (0, 0))
    (tmp_path / f"{PREFIX}link").symlink_to(foreign)
    remove_abandoned(tmp_path, hours=1)
    assert not old.exists() and new.is_dir() and foreign.is_dir()
