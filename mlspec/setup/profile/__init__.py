"""What the rows of a source look like: types, missing values, distributions, what goes together, a sample; personal data masked."""
