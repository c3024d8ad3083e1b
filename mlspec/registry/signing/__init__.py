"""Signatures under models and their evidence: OpenSSF model-signing, in sigstore bundles. Checked before anything is loaded."""
