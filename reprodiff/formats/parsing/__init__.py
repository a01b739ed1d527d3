"""Pure readers and aligners: bytes in, frozen data with byte spans out; bounded on any input."""
