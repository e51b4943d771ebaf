"""The pages as HTML, each a pure function of its content; only `handlers` does I/O."""
