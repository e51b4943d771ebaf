"""One thread that writes: `writer.Writer` commits in groups what `memory` holds."""
