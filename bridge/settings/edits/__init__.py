"""Edits of a document, and the permission to make them: `edits` applies one, `permissions` says who may."""
