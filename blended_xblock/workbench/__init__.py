"""The campus: everything a learner, a trainer and a course team need to try the product alone."""
