/**
 * Writes the encoder that a run has trained as one that comes along: a third of it in 8 bits.
 *     npx tsx scripts/round-encoder.ts runs/embedded-encoder-7-…/model/encoder.onnx models/embedded/encoder.onnx
 */
import { readFile } from 'node:fs/promises';
import { rounded } from '../src/encoder/own/rounded.ts';
import { writeAtomic } from '../src/support/files.ts';

const [from, to] = process.argv.slice(2) as [string, string];
await writeAtomic(to, rounded(await readFile(from)));
