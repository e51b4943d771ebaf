"""Access to the page: host, origin, log-in, CSRF token and limits on connections."""
