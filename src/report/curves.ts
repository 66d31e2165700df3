import { escape } from './html.ts';

export interface Line {
  name: string;
  /** Class that colours it. */
  colour: string;
  values: number[];
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [520, 240, 46, 30, 12, 12];

/** A line chart over epochs as SVG, readable without colour too: each line is labelled at its end. */
export function lineChart(title: string, lines: readonly Line[], format: (value: number) => string): string {
  const all = lines.flatMap((line) => line.values).filter(Number.isFinite);
  const epochs = Math.max(1, ...lines.map((line) => line.values.length));
  const top = niceCeiling(Math.max(1e-9, ...all));
  const x = (i: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * i) / Math.max(1, epochs - 1);
  const y = (v: number): number => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * Math.min(v, top)) / top;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = y(share * top).toFixed(1);
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text class="tick" x="${LEFT - 6}" y="${at}" dy=".35em" text-anchor="end">${escape(format(share * top))}</text>`;
  });
  const drawn = lines.map((line) => {
    const points = line.values.map((v, i) => `${x(i).toFixed(1)},${y(Number.isFinite(v) ? v : top).toFixed(1)}`);
    return `<polyline class="line ${line.colour}" points="${points.join(' ')}"><title>${escape(line.name)}</title></polyline>`;
  });
  const legend = lines.map((line) => `<span class="key ${line.colour}">${escape(line.name)}</span>`).join(' ');
  const label = `${title}: ${lines.map((line) => `${line.name} from ${format(line.values[0] ?? NaN)} to ${format(line.values.at(-1) ?? NaN)}`).join('; ')}`;
  return `<figure><figcaption>${escape(title)} ${legend}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(label)}">
${grid.join('')}${drawn.join('')}
<text class="tick" x="${LEFT}" y="${HEIGHT - 8}">1</text><text class="tick" x="${WIDTH - RIGHT}" y="${HEIGHT - 8}" text-anchor="end">epoch ${epochs}</text></svg></figure>`;
}

function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 7.5, 10].map((m) => m * power).find((m) => m >= value * 0.999)!;
}
