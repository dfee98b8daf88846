"""The network as it is served: encoder, device and precision."""
