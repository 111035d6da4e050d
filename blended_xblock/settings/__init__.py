"""Defaults the plugin adds to the settings of the project it is installed in."""
