"""Messages that are delivered sooner or later: `delivery_queue` tries one channel's jobs, one sender a channel."""
