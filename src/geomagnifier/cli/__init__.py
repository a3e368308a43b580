"""The command `geomag`: each file a command, joined in main.py."""
