"""Outgoing messages: `publisher.Publisher` keeps every topic of the device up to date."""
