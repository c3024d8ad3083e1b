"""The layers of training, as CI steps name them. The order is the graph's (`mlspec.ir.layers`): workflows are rendered by it too."""

from __future__ import annotations

from mlspec.ir.layers import MODELS, data_layer, layer_names, layers_of

__all__ = ["MODELS", "data_layer", "layer_names", "layers_of"]
