"""How good weights are: figures with intervals, from labelled frames and labelled texts."""
