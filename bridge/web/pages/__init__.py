"""The pages, each a function of what it shows; no clock, file or socket in them."""
