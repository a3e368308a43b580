"""Drawn aerial scenes with exact labels."""
