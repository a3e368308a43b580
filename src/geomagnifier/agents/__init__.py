"""A server of the Model Context Protocol: what a language model may ask of a folder of images.

client -> mcp_server -> image_tools -> pipeline, conversation, retrieval
image_tools -> root_folder    every path, before it is used
"""
