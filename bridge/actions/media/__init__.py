"""A process of its own that demuxes, decodes and writes clips. The only folder that imports PyAV.

`child` is the process as the bridge sees it, `messages` are the orders and reports between the two.
"""
