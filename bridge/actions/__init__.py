"""The actions of an alarm, one folder for each channel: an action does its job once and reports its result."""
