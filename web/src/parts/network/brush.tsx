// Ties over time, and picking a span of it: with the mouse on the picture, or with the two fields, which do the same.

import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { colour, onThemeChange } from "../../app/theme";

interface Props {
  times: number[];
  counts: number[];
  from: number | null;
  to: number | null;
  onPick: (from: number | null, to: number | null) => void;
}

const HEIGHT = 64;
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export default function Brush({ times, counts, from, to, onPick }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const pick = useRef(onPick);
  pick.current = onPick;

  useEffect(() => {
    const container = place.current;
    if (container === null) {
      return;
    }
    const build = () => {
      plot.current?.destroy();
      plot.current = new uPlot(
        options(container.clientWidth, (a, b) => pick.current(a, b)),
        [times, counts],
        container,
      );
    };
    build();
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: Math.max(120, container.clientWidth), height: HEIGHT }),
    );
    resized.observe(container);
    const stop = onThemeChange(build);
    return () => {
      stop();
      resized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [times, counts]);

  useEffect(() => {
    const drawn = plot.current;
    if (drawn === null) {
      return;
    }
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    if (from === null && to === null) {
      drawn.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    } else {
      const left = drawn.valToPos(Math.max(first, (from ?? 0) / 1000), "x");
      const right = drawn.valToPos(Math.min(last, (to ?? last * 1000) / 1000), "x");
      drawn.setSelect({ left, top: 0, width: Math.max(1, right - left), height: drawn.bbox.height }, false);
    }
  }, [times, from, to]);

  return <div ref={place} className="brush" aria-hidden="true" />;
}

function options(width: number, onPick: (from: number | null, to: number | null) => void): uPlot.Options {
  const ink = colour("ink-3");
  return {
    width: Math.max(120, width),
    height: HEIGHT,
    padding: [4, 8, 0, 8],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    scales: { x: { time: true }, y: { range: (_plot, _min, max) => [0, Math.max(1, max)] } },
    axes: [
      {
        values: (_plot, splits) => splits.map((seconds) => DAY.format(seconds * 1000)),
        stroke: ink,
        size: 22,
        grid: { show: false },
        ticks: { stroke: colour("line"), size: 4 },
      },
      { show: false },
    ],
    series: [
      {},
      {
        stroke: colour("accent"),
        fill: colour("accent-soft"),
        width: 1,
        paths: uPlot.paths.stepped?.({ align: 1 }),
        points: { show: false },
      },
    ],
    hooks: {
      setSelect: [
        (drawn) => {
          const { left, width: wide } = drawn.select;
          if (wide < 3) {
            onPick(null, null);
          } else {
            onPick(drawn.posToVal(left, "x") * 1000, drawn.posToVal(left + wide, "x") * 1000);
          }
        },
      ],
    },
  };
}
