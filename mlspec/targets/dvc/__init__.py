"""targets/dvc"""
