import { escape, percent } from './html.ts';

/** Lines of rates over something on a logarithmic axis. Rates are shares. */
export interface LineChart {
  title: string;
  across: string;
  /** At most three. */
  lines: readonly { name: string; points: readonly { x: number; y: number; band: [number, number] }[] }[];
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [720, 340, 54, 70, 14, 44];
const COLOURS = ['--first', '--second', '--third'];
const STEPS = 5;

/** An SVG that needs no script. */
export function lineChart({ title, across, lines }: LineChart): string {
  const all = lines.flatMap(({ points }) => points);
  const [least, most] = [Math.min(...all.map(({ x }) => x)), Math.max(...all.map(({ x }) => x))];
  const top = Math.ceil(10 * Math.max(0.1, ...all.map(({ band, y }) => Math.max(y, band[1])))) / 10;
  const width = Math.max(1e-9, Math.log(most) - Math.log(least));
  const at = (x: number): number => LEFT + ((Math.log(x) - Math.log(least)) / width) * (WIDTH - LEFT - RIGHT);
  const up = (y: number): number => HEIGHT - BOTTOM - (y / top) * (HEIGHT - TOP - BOTTOM);
  const grid = Array.from({ length: STEPS + 1 }, (_, i) => (i / STEPS) * top).map(
    (y) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(up(y))}" y2="${fixed(up(y))}" stroke="var(--rule)"/>` +
      `<text x="${LEFT - 8}" y="${fixed(up(y) + 4)}" text-anchor="end">${percent(y, 0)}</text>`,
  );
  const places = [...new Set(all.map(({ x }) => x))].map(
    (x) => `<text x="${fixed(at(x))}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${Number(x.toFixed(2))}</text>`,
  );
  const drawn = lines.map(({ name, points }, i) => {
    const colour = `var(${COLOURS[i]!})`;
    const path = points.map(({ x, y }) => `${fixed(at(x))},${fixed(up(y))}`).join(' ');
    const marks = points.map(({ x, y, band: [low, high] }) => {
      const reach = `x1="${fixed(at(x))}" x2="${fixed(at(x))}" y1="${fixed(up(low))}" y2="${fixed(up(high))}"`;
      const says = `<title>${escape(`${name}, ${x}: ${percent(y)}`)}</title>`;
      return (
        `<line ${reach} stroke="${colour}" stroke-width="5" opacity=".28"/>` +
        `<circle cx="${fixed(at(x))}" cy="${fixed(up(y))}" r="4.5" fill="${colour}">${says}</circle>`
      );
    });
    const last = points.at(-1)!;
    const label = `<text x="${fixed(at(last.x) + 12)}" y="${fixed(up(last.y) + 4)}">${escape(name)}</text>`;
    const line = `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`;
    return `${line}${marks.join('')}${label}`;
  });
  const middle = (LEFT + WIDTH - RIGHT) / 2;
  const axis = `<text x="${middle}" y="${HEIGHT - 6}" text-anchor="middle">${escape(across)}</text>`;
  const style = 'width:100%;max-width:46rem;height:auto;font-size:12px';
  return (
    `<figure><figcaption>${escape(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" ` +
    `aria-label="${escape(title)}" style="${style}" fill="var(--soft)">` +
    `${grid.join('')}${places.join('')}${axis}${drawn.join('')}</svg></figure>`
  );
}

const fixed = (value: number): string => value.toFixed(1);
