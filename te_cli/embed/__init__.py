"""What does this text mean? Text becomes vectors behind one port, so that models can be exchanged."""
