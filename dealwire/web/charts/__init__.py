"""Core: charts as SVG with the table behind each: values in, markup out. Start reading in `chart`.

    chart       what every chart is: drawings for a wide and a narrow place, a legend, a table
    columns     columns over time, stacked by series
    flows       money in above the line, money out below
    ranking     the largest first, a bar for each
    spark       one row's course, small enough for a cell
    scale       where round numbers lie on an axis

Colours are classes (`funding`, `s3`) that the style sheet fills, light and dark; the pages allow no inline style.
"""

from dealwire.web.charts.chart import Chart, Series, Table
from dealwire.web.charts.columns import columns
from dealwire.web.charts.flows import flows
from dealwire.web.charts.ranking import Entry, ranking
from dealwire.web.charts.spark import spark

__all__ = ["Chart", "Entry", "Series", "Table", "columns", "flows", "ranking", "spark"]
