"""Speed and equality of Holdfast and its peers, measured in one run."""
