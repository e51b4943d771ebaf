"""Who may use the page: host, origin, log-in, CSRF token and limits on connections."""
