"""What attackers would try, through both doors to the actions; a module for each theme."""
