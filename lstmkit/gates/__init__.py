"""A view: what the gates of a trained LSTM do over one of its own inputs."""
