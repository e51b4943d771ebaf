"""Delivery of mails and uploads, also after an outage: a queue of jobs and a sender for each channel."""
