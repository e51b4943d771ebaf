"""Edits of a document and the permission to make them: `edits` applies one, `permissions` lists what may change."""
