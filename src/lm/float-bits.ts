const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** A number's 32 bits as a float, for rows. */
export function bitsOf(value: number): number {
  float[0] = value;
  return bits[0]!;
}

export function floatOf(value: number): number {
  bits[0] = value;
  return float[0]!;
}
