"""The language server: model files are completed, explained, renamed in and checked while they are written."""
