"""The language server: what an editor is told about specs while they are typed. The only package that imports pygls."""
