"""Boxes and lines as SVG."""
