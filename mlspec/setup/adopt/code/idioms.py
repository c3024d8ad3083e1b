"""Calls of libraries, by their dotted names: what they read, write, cut, prepare, and measure. A new idiom is a line in a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from mlspec.setup.adopt.code import arguments, estimators, files, frames, numbers
from mlspec.setup.adopt.code.calls import Call, _tainted
from mlspec.setup.adopt.code.expressions import sql_of
from mlspec.setup.adopt.code.values import (
    Const,
    Cut,
    Estimator,
    Fields,
    Frame,
    Items,
    OpenFile,
    Parser,
    Prepared,
    Ref,
    Series,
    Tool,
    Unknown,
)
from mlspec.setup.adopt.facts import least

Handler = Callable[[Any, Call], Any]


def library(follower: Any, dotted: str, call: Call) -> Any:
    """The value of a call of something imported (or built in)."""
    name = _ALIASES.get(dotted, dotted)
    if handler := LIBRARY.get(name):
        return handler(follower, call)
    if name in numbers.FUNCTIONS:
        return numbers.measured(follower, name, call)
    if estimators.is_class(name):
        return estimators.built(name, call)
    if name in _QUIET or name.partition(".")[0] in _LOOKERS:
        return None
    return _tainted(call)


_LOOKERS = frozenset(
    {
        "matplotlib",
        "seaborn",
        "plotly",
        "logging",
        "warnings",
        "print",
        "tqdm",
        "gc",
        "time",
        "loguru",
        "rich",
        "display",
        "mlflow",
        "wandb",
        "shap",
        "joblib",
        "IPython",
        "sys",
        "shutil",
    }
)
_QUIET = frozenset({"os.makedirs", "os.mkdir", "set_option", "pandas.set_option", "random.seed", "numpy.random.seed"})
_ALIASES = {
    "dvc.api.params_show": "params",
    "joblib.load": "pickle.load",
    "cloudpickle.load": "pickle.load",
    "cloudpickle.dump": "pickle.dump",
}


def _to_numeric(_: Any, call: Call) -> Any:
    column = call.argument(0, "arg")
    if not isinstance(column, Series) or not column.column:
        return _tainted(call)
    form = {"column": column.column, "to": "number"} | ({"onError": "null"} if call.plain(1, "errors") == "coerce" else {})
    word = "TRY_CAST" if "onError" in form else "CAST"
    instead = f"{word}({sql_of(column)} AS DOUBLE)"
    return replace(column, frame=column.frame.done({"cast": form}, call.place, column.sure), instead=instead)


def _to_datetime(_: Any, call: Call) -> Any:
    from mlspec.runtime.tables import literal

    column, form = call.argument(0, "arg"), call.plain(9, "format")
    if not isinstance(column, Series) or not column.column:
        return _tainted(call)
    if isinstance(form, str):
        return replace(column, column="", sql=f"strptime({sql_of(column)}, {literal(form)})", place=call.place, sure="likely")
    given = {"column": column.column, "to": "timestamp"} | ({"onError": "null"} if call.plain(1, "errors") == "coerce" else {})
    return replace(column, frame=column.frame.done({"cast": given}, call.place, "likely"))


def _get_dummies(_: Any, call: Call) -> Any:
    frame = call.argument(0, "data")
    names = frames.names_of(call.named["columns"]) if "columns" in call.named else None
    if not isinstance(frame, Frame) or ("columns" in call.named and names is None):
        return _tainted(call)
    sure = "likely" if call.plain(6, "drop_first") or names is None else "certain"
    return replace(frame, prepared=(*frame.prepared, Prepared("categorical", {"encode": "onehot"}, names or (), call.place, sure)))  # type: ignore[arg-type]


def _train_test_split(_: Any, call: Call) -> Any:
    share = call.named.get("test_size") or Const(0.25, call.place, "certain")
    if (
        "train_size" in call.named
        and "test_size" not in call.named
        and isinstance(train := call.named["train_size"], Const)
        and isinstance(train.value, float)
    ):
        share = Const(round(1 - train.value, 10), train.place, train.sure)
    stratify = call.named.get("stratify")
    is_stratified = stratify is not None and not (isinstance(stratify, Const) and stratify.value is None)
    form: dict[str, Const] = {"strategy": Const("stratified" if is_stratified else "random", call.place)}
    if isinstance(share, Const) and isinstance(share.value, int | float):
        form["test"] = share
    seed = call.named.get("random_state")
    in_order = call.plain(9, "shuffle") is False
    sides: list[Any] = []
    for given in call.given:
        cut = Cut(form, call.place, seed if isinstance(seed, Const) and isinstance(seed.value, int) else None, is_stratified)
        gap = "the last rows are the test rows (`shuffle=False`): their order is the file's, and a split by time needs a `timeColumn`"
        for side in ("train", "test"):
            made = _sided(given, cut, side)
            sides.append(_ordered(made, call, gap) if in_order else made)
    if not (isinstance(share, Const) and isinstance(share.value, int | float)):
        sides = [_ordered(s, call, "`test_size`, which could not be followed") for s in sides]
    return Items(tuple(sides))


def _ordered(value: Any, call: Call, what: str) -> Any:
    if isinstance(value, Frame):
        return value.gap(call.place, what)
    return replace(value, frame=value.frame.gap(call.place, what)) if isinstance(value, Series) else value


def _sided(value: Any, cut: Cut, side: str) -> Any:
    if isinstance(value, Frame):
        return replace(value, cut=cut, side=side)
    return replace(value, frame=replace(value.frame, cut=cut, side=side)) if isinstance(value, Series) else value


def _join(_: Any, call: Call) -> Any:
    if not call.given or not all(isinstance(p, Const) and isinstance(p.value, str) for p in call.given):
        return None
    return Const(str(PurePosixPath(*(p.value for p in call.given))), call.place, least("likely", *(p.sure for p in call.given)))


def _first(_: Any, call: Call) -> Any:
    return call.given[0] if call.given else None


def _number_of(kind: Callable[[Any], Any]) -> Handler:
    def handler(_: Any, call: Call) -> Any:
        given = call.given[0] if call.given else None
        if isinstance(given, numbers.Measured):
            return given
        if not isinstance(given, Const):
            return given if isinstance(given, Unknown) else _tainted(call) if given is not None else None
        try:
            return replace(given, value=kind(given.value))
        except (TypeError, ValueError, OverflowError):
            return None

    return handler


def _names(kind: Callable[[Any], Any]) -> Handler:
    """`sorted(df)`: a frame is its columns to a loop."""

    def handler(follower: Any, call: Call) -> Any:
        given = call.given[0] if call.given else None
        known = frames.columns_of(given, follower.root) if isinstance(given, Frame) else None
        return _number_of(kind)(follower, replace(call, given=(known,)) if known is not None else call)

    return handler


def _mapping(_: Any, call: Call) -> Any:
    """`dict(a=1)`."""
    if call.given or not all(isinstance(v, Const) for v in call.named.values()):
        return None if call.given else Fields(call.named)
    return Const({k: v.value for k, v in call.named.items()}, call.place, least(*(v.sure for v in call.named.values())))


def _range(_: Any, call: Call) -> Any:
    values = [g.value for g in call.given if isinstance(g, Const)]
    if len(values) != len(call.given) or not all(isinstance(v, int) for v in values) or not values:
        return None
    return Const(list(range(*values))[:101], call.place, "likely")


def _print(_: Any, __: Call) -> Any:
    return None


def _sqrt(_: Any, call: Call) -> Any:
    given = call.given[0] if call.given else None
    if isinstance(given, numbers.Measured) and given.metric == "mse":
        return replace(given, metric="rmse", place=call.place)
    return _tainted(call)


def _live(_: Any, call: Call) -> Any:
    folder = call.plain(0, "dir") or "dvclive"
    return Tool("dvclive", f"{folder}/metrics.json")


def _same_rows(_: Any, call: Call) -> Any:
    """`np.array(df)`, `pd.DataFrame(df)`: rows as they are; more than one argument makes something else of them."""
    given = call.given[0] if len(call.given) == 1 and not call.named else None
    return given if isinstance(given, Frame | Series | Const) else _tainted(call)


LIBRARY: Mapping[str, Handler] = {
    "pandas.read_csv": files.reader("csv"),
    "pandas.read_table": files.reader("csv", {"delimiter": "\t"}),
    "pandas.read_parquet": files.reader("parquet"),
    "pandas.read_json": files.reader("json"),
    "pandas.read_excel": files.reader("xlsx"),
    "pandas.read_xml": files.reader("xml"),
    "pandas.read_pickle": files.load_object,
    "pandas.to_numeric": _to_numeric,
    "pandas.to_datetime": _to_datetime,
    "pandas.get_dummies": _get_dummies,
    "pandas.DataFrame": _same_rows,
    "numpy.array": _same_rows,
    "numpy.asarray": _same_rows,
    "sklearn.model_selection.train_test_split": _train_test_split,
    "sklearn.pipeline.Pipeline": estimators.pipeline,
    "sklearn.pipeline.make_pipeline": estimators.made_pipeline,
    "sklearn.compose.ColumnTransformer": estimators.column_transformer,
    "sklearn.compose.make_column_transformer": estimators.made_column_transformer,
    "numpy.sqrt": _sqrt,
    "math.sqrt": _sqrt,
    "os.path.join": _join,
    "pathlib.Path": _join,
    "os.fspath": _first,
    "open": files.opened,
    "yaml.safe_load": files.parameters,
    "yaml.load": files.parameters,
    "ruamel.yaml.YAML": _print,
    "json.load": files.parameters,
    "json.loads": _first,
    "tomllib.load": files.parameters,
    "omegaconf.OmegaConf.load": files.parameters,
    "params": files.params_show,
    "json.dump": files.dumped,
    "yaml.dump": files.dumped,
    "yaml.safe_dump": files.dumped,
    "json.dumps": _first,
    "pickle.dump": files.dumped,
    "joblib.dump": files.dumped,
    "pickle.load": files.load_object,
    "argparse.ArgumentParser": lambda *_: Parser(),
    "dvclive.Live": _live,
    "mlflow.log_metric": files.logged,
    "mlflow.log_metrics": files.logged_all,
    "print": _print,
    "float": _number_of(float),
    "int": _number_of(int),
    "str": _number_of(str),
    "bool": _number_of(bool),
    "round": _number_of(lambda v: v),
    "dict": _mapping,
    "list": _names(list),
    "sorted": _names(sorted),
    "len": _number_of(len),
    "range": _range,
}
"""A dotted name -> what it does. `open`, `float` and the like are Python's own."""


def frame_method(follower: Any, frame: Frame, name: str, call: Call) -> Any:
    """A method of a data frame: writing it, or one of `frames.METHODS`."""
    if name in ("to_csv", "to_parquet", "to_pickle", "to_feather", "to_json", "to_excel"):
        path = call.argument(0, "path_or_buf")
        path = path if path is not None else call.named.get("path")
        if isinstance(path, Const | OpenFile):
            files.wrote(follower, path, frame)
        return None
    if name == "pipe" and call.given:
        from mlspec.setup.adopt.code.values import Function

        target = call.given[0]
        if isinstance(target, Function):
            return follower.call(target, (frame, *call.given[1:]), call.named, call.node, call.scope)
    return frames.method(frame, name, call.given, call.named, call.place, call.code, follower.root)


def of_plain(held: Const, name: str, call: Call) -> Any:  # noqa: PLR0911 - one ending a line
    """Methods of texts, paths, lists and mappings."""
    first = call.given[0] if call.given else None
    if isinstance(held.value, dict) and name == "get" and isinstance(first, Const):
        found = held.item(first.value)
        return found if found is not None else call.argument(1, "default")
    if isinstance(held.value, str) and name == "joinpath":
        return _join(None, replace(call, given=(held, *call.given)))
    if isinstance(held.value, str) and name in ("open", "as_posix", "resolve", "absolute", "expanduser", "strip"):
        return OpenFile(held) if name == "open" else held
    if isinstance(held.value, str) and name == "read_text":
        return OpenFile(held)
    if isinstance(held.value, str) and name == "format" and all(isinstance(g, Const) for g in (*call.given, *call.named.values())):
        try:
            text = held.value.format(*(g.value for g in call.given), **{k: v.value for k, v in call.named.items()})
        except (IndexError, KeyError, ValueError, AttributeError, TypeError):
            return None
        return Const(text, call.place, "likely")
    if isinstance(held.value, str) and name in ("lower", "upper", "title") and not call.given:
        return replace(held, value=getattr(held.value, name)(), sure=least("likely", held.sure))
    if isinstance(held.value, list | tuple) and name == "index":
        return None
    return None


def of_object(follower: Any, held: Any, name: str, call: Call) -> Any:
    """Methods of what else is known: a parser, an open file, a log of numbers."""
    if isinstance(held, Parser):
        return arguments.method(follower, held, name, call)
    if isinstance(held, Tool) and name == "log_metric" and call.given:
        files.number(follower, held.path, call.plain(0, "name"), call.argument(1, "val"))
        return None
    if isinstance(held, OpenFile) and name in ("write", "write_text") and call.given:
        files.wrote(follower, held, call.given[0])
        return None
    if isinstance(held, Unknown):
        return _tainted(call) if any(isinstance(g, Frame | Series) for g in call.given) else Unknown(call.place, f"`{call.code}`")
    if isinstance(held, Fields | Items | Estimator | Ref):
        return _tainted(call)
    return None
