"""The gradients, worked backward from that of the output: each step turned round."""
