/** Memory over a process's life. */
export interface Curve {
  name: string;
  /** MB, at equal times. */
  samples: readonly number[];
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [720, 360, 60, 20, 16, 44];
const COLOURS = ['#0b6e99', '#b5482a', '#4b7f2a'];
const POINTS = 300;
/** 1.5 GiB, in MB: what no archive may need more than. */
const LIMIT = 1610;

/** An SVG that is seen on light and dark ground: curves over the share of each process's time. */
export function memoryPicture(curves: readonly Curve[]): string {
  const top = 200 * Math.ceil(LIMIT / 200);
  const at = (share: number): string => (LEFT + share * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const up = (megabytes: number): string => (HEIGHT - BOTTOM - (megabytes / top) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const label = (x: string | number, y: string | number, text: string, anchor = 'start', colour = '#888'): string =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${colour}">${text}</text>`;
  const line = (y: number, colour: string, dashes = ''): string =>
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${up(y)}" y2="${up(y)}" stroke="${colour}"${dashes}/>`;
  const marks = Array.from({ length: top / 400 + 1 }, (_, i) => 400 * i);
  const grid = marks.map((y) => line(y, '#8884') + label(LEFT - 8, Number(up(y)) + 4, String(y), 'end'));
  const limit = line(LIMIT, '#888', ' stroke-dasharray="6 4"') + label(LEFT + 6, Number(up(LIMIT)) - 6, '1.5 GiB');
  const drawn = curves.map(({ name, samples }, i) => {
    const colour = COLOURS[i % COLOURS.length]!;
    const points = thinned(samples).map(({ share, most }) => `${at(share)},${up(most)}`);
    const key = label(LEFT + 110, TOP + 50 + 18 * i, name, 'start', colour);
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>${key}`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">` +
    `${grid.join('')}${limit}${drawn.join('')}` +
    label(LEFT, TOP - 4, 'MB') +
    label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, 'from the start of the process to its end', 'middle') +
    '</svg>\n'
  );
}

/** The most of each piece of time: no peak is lost. */
function thinned(samples: readonly number[]): { share: number; most: number }[] {
  const size = Math.max(1, Math.ceil(samples.length / POINTS));
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, i) => ({
    share: (i * size) / Math.max(1, samples.length - 1),
    most: Math.max(...samples.slice(i * size, (i + 1) * size)),
  }));
}
