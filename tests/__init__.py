"""The tests mirror the package; they run without a platform, on the demo's settings."""
