"""A new project: the files that `kubus create` and `kubus demo` write."""
