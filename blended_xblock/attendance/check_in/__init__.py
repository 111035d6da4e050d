"""Check-in: learners mark themselves with a code shown in the room, or show their own."""
