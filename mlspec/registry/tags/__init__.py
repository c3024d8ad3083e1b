"""Git tags in GTO's grammar: `demand@v1.2.0` marks a version, `demand#production#3` where it stood. Markers, never the authority."""
