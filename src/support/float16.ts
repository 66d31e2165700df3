const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** IEEE 754 half precision, round to nearest even; the 16 bits of each number. */
export function toFloat16(values: Float32Array, into = new Uint16Array(values.length)): Uint16Array {
  for (let i = 0; i < values.length; i++) {
    single[0] = values[i]!;
    const x = bits[0]!;
    const sign = (x >>> 16) & 0x8000;
    const magnitude = x & 0x7fffffff;
    if (magnitude >= 0x47800000) into[i] = sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
    else if (magnitude < 0x38800000) {
      // Subnormal: adding 0.5 lines the half's bits up at the bottom of the float's mantissa, rounded by the adder.
      bits[0] = magnitude;
      single[0] = single[0] + 0.5;
      into[i] = sign | (bits[0] - 0x3f000000);
    } else into[i] = sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - 0x38000000) >>> 13);
  }
  return into;
}

/** Rounds to half precision in place: what `fromFloat16` makes of what `toFloat16` makes, several times as fast. */
export function roundToFloat16(values: Float32Array): void {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) {
    const x = words[i]!;
    const magnitude = x & 0x7fffffff;
    // Between the smallest normal half and the largest: the lower 13 bits go, to nearest even.
    if (magnitude >= 0x38800000 && magnitude < 0x477ff000) words[i] = (x + 0xfff + ((x >>> 13) & 1)) & ~0x1fff;
    else if (magnitude > 0) values[i] = fromFloat16(toFloat16(values.subarray(i, i + 1)))[0]!;
  }
}

/** Every half value widened, made on first use: a table look-up beats arithmetic in JavaScript. */
let widened: Float32Array | undefined;

export function fromFloat16(halves: Uint16Array, into: Float32Array = new Float32Array(halves.length)): Float32Array {
  widened ??= widenedTable();
  for (let i = 0; i < halves.length; i++) into[i] = widened[halves[i]!]!;
  return into;
}

/** Bfloat16 widened: it is the upper half of a float32. */
export function fromBfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

function widenedTable(): Float32Array {
  const table = new Float32Array(65536);
  for (let h = 0; h < 65536; h++) {
    const sign = h & 0x8000 ? -1 : 1;
    const exponent = (h >>> 10) & 31;
    const fraction = h & 1023;
    if (exponent === 31) table[h] = fraction ? NaN : sign * Infinity;
    else table[h] = sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
  }
  return table;
}
