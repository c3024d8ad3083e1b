"""The kinds of DeploymentTarget: what each declares, a file each, and the one table of them."""
