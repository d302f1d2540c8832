//! Text to declarations: what an environment's YAML says, checked as far as it can be without AWS.
