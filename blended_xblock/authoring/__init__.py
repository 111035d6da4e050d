"""Services of the course team's side: what the editor asks while a blended unit is written."""
