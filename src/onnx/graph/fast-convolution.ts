import type { Dim, Graph, Value } from './graph.ts';
import { concat, matmul, reshape, transpose, trim } from './ops.ts';
import { dimOf, joined } from './shapes.ts';

/** Neighbouring outputs that are computed together, and the widest kernel. */
export const TILE = 9;
const WINDOW = 2 * TILE - 1;

/** Three outputs of a kernel of three from five products, by polynomials' values at these places and at infinity. */
const PLACES = [0, 1, -1, 2];
const POINTS = PLACES.length + 1;

/** Whether a kernel is of a width that takes fewer multiplications so, and little enough else. */
export const paysFor = (kernel: number): boolean => kernel > 3 && kernel <= TILE;

/**
 * A convolution over frames by fewer multiplications (Winograd 1980; Lavin & Gray 2016): nine outputs of a kernel of
 * nine take 25 matrix products where there would be 81, since a kernel of three threes is a kernel of three over
 * kernels of three. What goes in, the kernel and what comes out are each put through a small constant matrix. Rounding
 * grows to about 1e-6 of what comes out.
 * @param x [batch, frames, channels]
 * @param weight [kernel · channels, outputs], the earliest neighbour first; the kernel odd, 9 at most
 * @returns [batch, frames, outputs]; beyond both ends x counts as zero
 */
export function fastConvolution(g: Graph, x: Value, weight: Value): Value {
  const [batch, frames, channels] = x.dims as [Dim, Dim, number];
  const [rows, outputs] = weight.dims as [number, number];
  const kernel = rows / channels;
  const { ofWindow, ofKernel, ofTile } = transforms(kernel);
  const length = dimOf(g, x, 1);
  const tiles = g.node('Div', [g.node('Add', [length, g.integers([TILE - 1])]), g.integers([TILE])]);
  const covered = g.node('Mul', [tiles, g.integers([TILE])]);
  const windows = reshape(g, seenByTiles(g, padded(g, x, (kernel - 1) / 2, length, covered)), [
    WINDOW,
    'batch*tiles*channels',
  ]);
  const seen = reshape(g, matmul(g, constant(g, ofWindow), windows), [POINTS ** 2, 'batch*tiles', channels]);
  const kernels = matmul(g, constant(g, ofKernel), reshape(g, weight, [kernel, channels * outputs]));
  const products = matmul(g, seen, reshape(g, kernels, [POINTS ** 2, channels, outputs]));
  const tiled = matmul(g, constant(g, ofTile), reshape(g, products, [POINTS ** 2, 'batch*tiles*outputs']));
  const apart = g.node(
    'Reshape',
    [tiled, joined(g, [g.integers([TILE]), dimOf(g, x, 0), tiles, g.integers([outputs])])],
    {},
    'Reshape',
    [TILE, batch, 'tiles', outputs],
  );
  const together = reshape(g, transpose(g, apart, [1, 2, 0, 3]), [batch, 'covered', outputs]);
  return alongFrames(g, together, [g.integers([0]), g.node('Sub', [length, covered])], frames);
}

/**
 * x with as many frames before as a kernel reaches back, and so many after that tiles and what the last one reaches are
 * there.
 */
function padded(g: Graph, x: Value, before: number, length: Value, covered: Value): Value {
  const after = g.node('Sub', [g.node('Add', [covered, g.integers([TILE - before])]), length]);
  return alongFrames(g, x, [g.integers([before]), after], 'padded');
}

function alongFrames(g: Graph, x: Value, [before, after]: readonly [Value, Value], frames: Dim): Value {
  const none = g.integers([0]);
  return g.node('Pad', [x, joined(g, [none, before, none, none, after, none])], {}, 'Pad', [
    x.dims[0]!,
    frames,
    x.dims[2]!,
  ]);
}

/** What each tile's outputs see: [batch, 9 · (tiles + 1), channels] → [17, batch, tiles, channels]. */
function seenByTiles(g: Graph, x: Value): Value {
  const [batch, , channels] = x.dims as [Dim, Dim, number];
  const byPlace = transpose(g, reshape(g, x, [batch, 'tiles+1', TILE, channels]), [2, 0, 1, 3]);
  const here = trim(g, byPlace, 2, 0, 1);
  const next = trim(g, trim(g, byPlace, 0, 0, 1), 2, 1, 0);
  return concat(g, [here, { ...next, dims: [TILE - 1, ...here.dims.slice(1)] }], 0);
}

const constant = (g: Graph, rows: readonly number[][]): Value =>
  g.constant(Float32Array.from(rows.flat()), [rows.length, rows[0]!.length]);

interface Transforms {
  /** [25, 17] */
  ofWindow: number[][];
  /** [25, kernel] */
  ofKernel: number[][];
  /** [9, 25] */
  ofTile: number[][];
}

/**
 * The three small matrices, each that of three outputs of a kernel of three twice over: among neighbours, and among
 * groups of three.
 */
function transforms(kernel: number): Transforms {
  const zeros = (rows: number, columns: number): number[][] =>
    Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  const [ofWindow, ofKernel, ofTile] = [zeros(POINTS ** 2, WINDOW), zeros(POINTS ** 2, TILE), zeros(TILE, POINTS ** 2)];
  for (let outer = 0; outer < POINTS; outer++) {
    for (let inner = 0; inner < POINTS; inner++) {
      const row = outer * POINTS + inner;
      for (let i = 0; i < POINTS; i++)
        for (let j = 0; j < POINTS; j++) ofWindow[row]![3 * i + j]! += inputs(outer)[i]! * inputs(inner)[j]!;
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 3; j++) {
          ofKernel[row]![3 * i + j] = (powers(outer)[i]! * powers(inner)[j]!) / (scale(outer) * scale(inner));
          ofTile[3 * i + j]![row] = powers(outer)[i]! * powers(inner)[j]!;
        }
      }
    }
  }
  return { ofWindow, ofKernel: ofKernel.map((row) => row.slice(0, kernel)), ofTile };
}

/** 1, a, a² for the place a; of infinity what grows fastest. */
const powers = (point: number): number[] =>
  point === PLACES.length ? [0, 0, 1] : [0, 1, 2].map((n) => PLACES[point]! ** n);

/** Π (a − b) over the other places. */
const scale = (point: number): number =>
  point === PLACES.length ? 1 : others(point).reduce((product, b) => product * (PLACES[point]! - b), 1);

/** Coefficients of Π (x − b) over the other places, from the constant one up. */
function inputs(point: number): number[] {
  const coefficients = others(point).reduce<number[]>(
    (polynomial, b) => [...polynomial, 0].map((c, n) => (polynomial[n - 1] ?? 0) - b * (n < polynomial.length ? c : 0)),
    [1],
  );
  return Array.from({ length: POINTS }, (_, n) => coefficients[n] ?? 0);
}

/** Infinity has all of them, and no factor. */
const others = (point: number): number[] => PLACES.filter((_, i) => i !== point);
