"""Models of any program: it trains in a room of what it declares, and leaves an ONNX graph, a joblib pipeline, or files that another
program answers from.

`train`: the run and what is kept of it; `told`: what programs are told; `rows`: rows and answers as text; `onnx`, `onnx_checks`: an ONNX
graph as a model; `answering`, `held`: a program as a model, run once or kept running; `live`: what DVCLive wrote.
"""
