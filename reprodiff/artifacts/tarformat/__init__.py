"""tar as it is written: every header field, pax record and padding byte with its place."""
