"""``haversack pareto``: the front of a golden volume."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType

from haversack.base.counting import counted
from haversack.base.errors import UsageError
from haversack.base.files import write_text
from haversack.cli import pareto_many
from haversack.cli.command import Answer, PantryOption, command
from haversack.cli.output import Raw, table, to_csv
from haversack.cli.session import Session
from haversack.volume.columns import ACCURACY

if TYPE_CHECKING:
    from haversack.services.front import FrontResult
    from haversack.services.rows_here import RowsHere

FILES = (".parquet", ".csv")
DEFAULT = "od_inf_rate_ms"
MEAN_OVER_SETS = (
    "several data sets: where recipes were measured on each, their accuracy is the mean over all; "
    "--where \"dataset == '...'\" asks about one"
)
_SHOWN = ("hardware", "dataset", "quantization", "backbone", "height")
_ON_ONE_SET = ("if_task_metric", "od_task_metric")


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    command(
        app,
        "pareto",
        example='haversack pareto xval_det --where "height == 64" --method fuzzy --top 5',
    )(pareto)


def pareto(
    session: Session,
    volume: Annotated[str, typer.Argument(help="A volume's name, or a .parquet or .csv file.")],
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", help="The column beside accuracy; several for more axes."),
    ] = None,
    method: Annotated[
        str, typer.Option("--method", help="exact, or fuzzy (by nearness to the front).")
    ] = "exact",
    sort_by: Annotated[
        str,
        typer.Option(
            "--sort-by",
            help="metric_custom_best_to_worst, metric_accuracy_best_to_worst, "
            "angular_custom_to_accuracy or paretoness.",
        ),
    ] = "metric_custom_best_to_worst",
    top: Annotated[int | None, typer.Option("--top", help="The best N of method fuzzy.")] = None,
    where: Annotated[
        str | None, typer.Option("--where", help="Only rows for which this holds.")
    ] = None,
    ranks: Annotated[
        bool,
        typer.Option("--ranks", help="Every row, with its front number and how many dominate it."),
    ] = False,
    compare: Annotated[
        tuple[int, int] | None,
        typer.Option("--compare", help="What going from one id to another gains and loses."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw the front (.png, .svg, .pdf).")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write the answer as CSV; - for stdout.")
    ] = None,
    pantry: PantryOption = None,
) -> Answer:
    """Find the experiments that trade accuracy against another metric best."""
    if plot is not None:
        from haversack.cli.pareto_plot import require_matplotlib

        require_matplotlib()
    from haversack.services.front import front

    opened = None if volume.endswith(FILES) else session.pantry(pantry)
    metrics = metric or [DEFAULT]
    if len(metrics) > 1 or compare is not None or ranks:
        if plot is not None or method != "exact" or top is not None:
            raise UsageError(
                "several metrics, --ranks and --compare go with the exact front in words alone",
                "Leave out --plot, --method and --top.",
            )
        return pareto_many.answer(
            volume, opened, [ACCURACY, *metrics], where, compare=compare, ranks=ranks, csv=csv
        )
    metric_name = metrics[0]
    if top is not None and method == "exact":
        session.say("warning: --top has no effect without --method fuzzy")
    found = front(
        volume,
        opened,
        metric=metric_name,
        method=method,
        sort_by=sort_by,
        top_n=top if method == "fuzzy" else None,
        where=where,
    )
    for sentence in found.answer.warnings:
        session.say(f"warning: {sentence}")
    if plot is not None:
        from haversack.cli.pareto_plot import draw

        draw(found, plot)
    rows = _rows(found, metric_name)
    data = _data(found, metric_name, method, sort_by, where, rows)
    shown = [f"plot: {plot}"] if plot is not None else []
    if opened is not None and "sppr" in found.opened.columns:
        from haversack.services.rows_here import MOST_ROWS, rows_here

        first = found.opened.rows_of(found.answer.ids[:MOST_ROWS])
        spprs = dict(zip(first["id"].tolist(), first["sppr"].tolist(), strict=True))
        here = rows_here(spprs, opened)
        data["here"] = here
        shown = [*_here(here), *shown]
    if csv is None:
        return Answer(data, [*_show(found, metric_name, rows, pantry), *shown])
    text = to_csv(list(rows[0]), [list(row.values()) for row in rows]) if rows else ""
    if str(csv) == "-":
        return Answer(data, [Raw(text)])
    write_text(csv, text)
    return Answer(data, [f"{counted(len(rows), 'row')}: {csv}", *shown])


def _rows(found: FrontResult, metric: str) -> list[dict[str, Any]]:
    """Give each row of the answer: its converted values first, then what was measured."""
    info = found.answer.info
    frame = found.rows()
    raw = [c for c in frame.columns if c not in ("id", "sppr") and frame[c].notna().any()]
    records = frame[raw].astype(object).where(frame[raw].notna(), None).to_dict("records")
    ranks = info.get("paretoness", [None] * len(records))
    return [
        {
            "id": int(row_id),
            "relative_accuracy": float(accuracy),
            f"{metric}_converted": float(custom),
            **({} if rank is None else {"paretoness": float(rank)}),
            **{str(name): plain(value) for name, value in record.items()},
        }
        for row_id, accuracy, custom, rank, record in zip(
            found.answer.ids,
            info["metric_accuracy"],
            info["metric_custom"],
            ranks,
            records,
            strict=True,
        )
    ]


def _data(
    found: FrontResult,
    metric: str,
    method: str,
    sort_by: str,
    where: str | None,
    rows: list[dict[str, Any]],
) -> dict[str, object]:
    info = found.answer.info
    return {
        "volume": found.volume,
        "metric": metric,
        "method": method,
        "sort_by": sort_by,
        "where": where,
        "metric_custom_name": info["metric_custom_name"],
        "metric_accuracy_name": info["metric_accuracy_name"],
        "ids": found.answer.ids,
        "excluded": info["excluded"],
        "warnings": found.answer.warnings,
        "rows": rows,
    }


def _show(
    found: FrontResult, metric: str, rows: list[dict[str, Any]], pantry: Path | None
) -> list[RenderableType]:
    info = found.answer.info
    alike, differing = pareto_many.told_once(rows, _SHOWN)
    if "dataset" not in differing:
        differing += pareto_many.told_once(rows, _ON_ONE_SET)[1]
    unit = metric if metric in (rows[0] if rows else {}) else ""
    ranked = bool(rows) and "paretoness" in rows[0]
    columns = ["id", info["metric_accuracy_name"], info["metric_custom_name"]]
    columns += ["paretoness"] if ranked else []
    columns += [unit] if unit else []
    cells = [
        [row["id"], row["relative_accuracy"], row[f"{metric}_converted"]]
        + ([row["paretoness"]] if ranked else [])
        + ([row[metric]] if unit else [])
        + [row.get(name) for name in differing]
        for row in rows
    ]
    excluded = info["excluded"]
    title = f"{found.volume}: {len(rows)} of {found.asked}"
    lines: list[RenderableType] = [
        table(title, [*columns, *differing], cells, whole=pareto_many.WHOLE)
    ]
    lines += [f"all of them: {alike}"] if alike else []
    lines += [MEAN_OVER_SETS] if len({row.get("dataset") for row in rows}) > 1 else []
    if excluded:
        lines.append(pareto_many.left_out(excluded))
    if rows:
        lines.append(pareto_many.cook_line(int(rows[0]["id"]), found.volume, pantry))
    return lines


def _here(here: RowsHere) -> list[str]:
    """Say which rows can be cooked in this pantry, and what the others lack."""
    lines = [f"not here: {file}, for {_ids(rows)}" for file, rows in here.lacking.items()]
    return [f"ready here: {_ids(here.ready)}", *lines] if lines or here.ready else []


def _ids(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows)) or "none"


def plain(value: object) -> object:
    """Give a cell as a value that JSON knows: numpy scalars and times are turned into it."""
    item = getattr(value, "item", None)
    if callable(item):
        return item()
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if callable(isoformat) else value
