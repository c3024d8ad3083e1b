"""The layers of training, as CI steps name them. The order is the graph's (`project.layers`), by which workflows are rendered too."""

from __future__ import annotations

from mlspec.compiler.project.layers import MODELS, data_layer, layer_names, layers_of

__all__ = ["MODELS", "data_layer", "layer_names", "layers_of"]
