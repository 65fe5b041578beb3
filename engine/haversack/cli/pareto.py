"""``haversack pareto``: the front of a golden volume."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType

from haversack.base.files import write_text
from haversack.cli.command import Answer, PantryOption, command
from haversack.cli.output import Raw, table, to_csv
from haversack.cli.session import Session

if TYPE_CHECKING:
    from haversack.services.front import FrontResult

FILES = (".parquet", ".csv")
_SHOWN = ("hardware", "quantization", "backbone", "height", "if_task_metric", "od_task_metric")


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    command(
        app,
        "pareto",
        example="haversack pareto xval_det --where \"quantization == 'int8'\" --top 5",
    )(pareto)


def pareto(
    session: Session,
    volume: Annotated[str, typer.Argument(help="A volume's name, or a .parquet or .csv file.")],
    metric: Annotated[
        str, typer.Option("--metric", help="The column beside accuracy.")
    ] = "od_inf_rate_ms",
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
    found = front(
        volume, opened, metric=metric, method=method, sort_by=sort_by, top_n=top, where=where
    )
    for sentence in found.answer.warnings:
        session.say(f"warning: {sentence}")
    if plot is not None:
        from haversack.cli.pareto_plot import draw

        draw(found, plot)
    rows = _rows(found, metric)
    data = _data(found, metric, method, sort_by, where, rows)
    shown = [f"plot: {plot}"] if plot is not None else []
    if csv is None:
        return Answer(data, [*_show(found, metric, rows), *shown])
    text = to_csv(list(rows[0]), [list(row.values()) for row in rows]) if rows else ""
    if str(csv) == "-":
        return Answer(data, [Raw(text)])
    write_text(csv, text)
    return Answer(data, [f"{len(rows)} rows: {csv}", *shown])


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
            **{str(name): _plain(value) for name, value in record.items()},
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


def _show(found: FrontResult, metric: str, rows: list[dict[str, Any]]) -> list[RenderableType]:
    info = found.answer.info
    present = [name for name in _SHOWN if any(row.get(name) is not None for row in rows)]
    unit = metric if metric in (rows[0] if rows else {}) else ""
    ranked = bool(rows) and "paretoness" in rows[0]
    columns = ["id", info["metric_accuracy_name"], info["metric_custom_name"]]
    columns += ["paretoness"] if ranked else []
    columns += [unit] if unit else []
    cells = [
        [row["id"], row["relative_accuracy"], row[f"{metric}_converted"]]
        + ([row["paretoness"]] if ranked else [])
        + ([row[metric]] if unit else [])
        + [row.get(name) for name in present]
        for row in rows
    ]
    excluded = info["excluded"]
    lines: list[RenderableType] = [
        table(f"{found.volume}: {len(rows)} of {len(found.frame)}", [*columns, *present], cells)
    ]
    if excluded:
        lines.append(f"not measured or not usable: {excluded}")
    if rows:
        lines.append(f"cook one: haversack recipe cook {rows[0]['id']} --volume {found.volume}")
    return lines


def _plain(value: object) -> object:
    """Give a cell as a value that JSON knows: numpy scalars and times are turned into it."""
    item = getattr(value, "item", None)
    if callable(item):
        return item()
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if callable(isoformat) else value
