"""What each component of the method brings: few labelled frames of a degraded domain, many runs."""
