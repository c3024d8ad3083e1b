"""diagnostics/render"""
