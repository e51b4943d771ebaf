"""A terminal board made of software: `driver.SimulatedLines` drives it, `client` moves its contacts from outside."""
