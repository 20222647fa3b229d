// How long each of the last blocks took until it was final, as a line. What the line shows stands beside it in words.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import type { LiveBlock } from "../chain/live-chain.ts";
import { countText, middleAndMost, spanText } from "../words.ts";
import { useMode } from "./asking.ts";
import { Part } from "./layout.tsx";

const HEIGHT = 160;

/** How long the last blocks took; nothing on a chain of proof of work, where no moment makes them final. */
export function FinalityTimes({ blocks }: { readonly blocks: readonly LiveBlock[] }): JSX.Element | null {
  const mode = useMode();
  if (mode === "pow") return null;
  return (
    <Part
      title="How long blocks took"
      note="From when this node had something to decide until it was final. Views or rounds that were given up count."
    >
      <FinalityChart blocks={blocks} />
    </Part>
  );
}

/** The chart, or what is missing for it. */
function FinalityChart({ blocks }: { readonly blocks: readonly LiveBlock[] }): JSX.Element {
  const measured = blocks.filter(({ tookMs }) => tookMs !== null).reverse();
  const times = measured.map(({ tookMs }) => tookMs ?? 0);
  const sums = middleAndMost(times);
  if (sums === undefined || times.length < 2) return <p class="empty">{firstWords(measured[0])}</p>;
  const words = `${countText(times.length, "block")} since this page was opened: half of them took at most ${spanText(sums.middle)}, the slowest ${spanText(sums.most)}.`;
  return (
    <figure class="chart">
      <Line heights={measured.map(({ height }) => height)} times={times} />
      <figcaption>{words}</figcaption>
    </figure>
  );
}

function firstWords(block: LiveBlock | undefined): string {
  const before =
    block === undefined || block.tookMs === null
      ? "Measured from when this page was opened: nothing yet."
      : `Block ${block.height} took ${spanText(block.tookMs)}.`;
  return `${before} With two blocks there is a line.`;
}

function Line({ heights, times }: { readonly heights: number[]; readonly times: number[] }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | undefined>(undefined);
  const data: UPlot.AlignedData = [heights, times];
  const last = useRef(data);
  last.current = data;
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new UPlot(optionsOf(element), last.current, element);
    };
    draw();
    const resized = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    resized.observe(element);
    const theme = matchMedia("(prefers-color-scheme: dark)");
    theme.addEventListener("change", draw);
    return () => {
      resized.disconnect();
      theme.removeEventListener("change", draw);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, []);
  useEffect(() => {
    plot.current?.setData(data);
  });
  return <div ref={place} aria-hidden="true" />;
}

function optionsOf(element: HTMLElement): UPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--soft"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
    font: "12px system-ui, sans-serif",
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_plot, _least, most) => [0, Math.max(10, most * 1.1)] } },
    axes: [
      { ...axis, incrs: [1, 2, 5, 10, 20, 50], values: (_plot, ticks) => ticks.map(String) },
      { ...axis, size: 64, values: (_plot, ticks) => ticks.map((tick) => spanText(tick)) },
    ],
    series: [
      {},
      { stroke: colour("--accent"), width: 2, points: { show: true, size: 5, fill: colour("--accent") } },
    ],
  };
}
