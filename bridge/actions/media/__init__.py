"""A process of its own that demuxes, decodes and writes clips. The only folder that imports PyAV.

`child` is the process as the bridge sees it, `messages` is what the two say to each other.
"""
