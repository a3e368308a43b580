"""Figures on data kept aside, through the public ask()."""
