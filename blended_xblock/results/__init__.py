"""What others keep of a blended unit: the score and the completion of each learner."""
