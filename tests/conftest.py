"""What tests of several folders ask for."""

from disks import disk as disk
