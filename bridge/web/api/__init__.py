"""HTTP for machines: `routes` is the one table, from which handlers and the OpenAPI document are made."""
