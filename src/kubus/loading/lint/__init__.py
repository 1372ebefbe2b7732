"""What compiles, and is probably not meant: rules that each can be turned off. See docs/lint.md."""
