"""What runs each kind of DeploymentTarget, a file each, behind one protocol."""
