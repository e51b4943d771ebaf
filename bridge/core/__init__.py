"""The alarm logic: pure; every call carries the time.

No clock, loop, file, socket, log or random number in here, so that a year of schedules and a
thousand alarms are a unit test of milliseconds.
"""
