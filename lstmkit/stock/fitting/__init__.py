"""What a training span fixes around the network: inputs, scaling, anchor, head, interval."""
