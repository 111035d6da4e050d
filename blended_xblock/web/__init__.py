"""Our own addresses beside the block: pages that fill a screen, and a second door to actions."""
