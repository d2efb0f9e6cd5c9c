import assert from "node:assert/strict";
import { test } from "node:test";
import { Distribution } from "./distribution.ts";
import { drawLinePlot } from "./line-plot.ts";

test("percentiles, maximum and tail are those of the values", () => {
  const values = new Distribution();
  for (let value = 1; value <= 100; value++) values.add(value);
  assert.equal(values.percentile(0.5), 51);
  assert.equal(values.percentile(0.99), 100);
  assert.equal(values.max, 100);
  assert.equal(values.shareAbove(90), 0.1);
  assert.deepEqual(values.tail(100, 2), [
    [0, 1],
    [50, 0.5],
    [100, 0],
  ]);
  assert.ok(Number.isNaN(new Distribution().percentile(0.5)));
});

test("a plot is an SVG with a line for each series, and text that is safe in it", () => {
  const svg = drawLinePlot({
    title: "a < b",
    xLabel: "x",
    yLabel: "y",
    maxX: 10,
    maxY: 1,
    lines: [
      {
        name: "one",
        points: [
          [0, 1],
          [10, 0],
          [20, 0],
        ],
      },
    ],
  });
  assert.match(svg, /<text[^>]*>a &lt; b<\/text>/);
  assert.equal(svg.match(/<polyline/g)?.length, 1);
  assert.equal(/points="([^"]*)"/.exec(svg)?.[1]?.split(" ").length, 2);
});
