"""The page on the device and HTTP for machines: effects in, facts out.

`server.WebServer` is the one object that the rest of the program holds; `ports` lists its dependencies.
Nothing here imports aiohttp before the server runs.
"""
