"""What was declared already: the stages of a dvc.yaml, the nodes of Kedro, the entry points of MLflow."""
