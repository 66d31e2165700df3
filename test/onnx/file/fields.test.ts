import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { embeddedFile } from '../../../src/encoder/own/embedded.ts';
import { isOwn } from '../../../src/encoder/own/encoder.ts';
import { readMetadata } from '../../../src/onnx/file/fields.ts';
import { Graph } from '../../../src/onnx/graph/graph.ts';
import { relu } from '../../../src/onnx/graph/ops.ts';
import { encodeModel } from '../../../src/onnx/file/proto.ts';
import { fixture } from '../../encoder/exported.ts';

describe('an .onnx file’s metadata', () => {
  it('is read without its graph being decoded: not even a broken one matters', () => {
    const graph = new Graph();
    graph.output(relu(graph, graph.input('x', [1])), 'y');
    const metadata = { 'isogloss.architecture': '{}', language: 'mòcheno', empty: '' };
    const bytes = encodeModel(graph, { metadata });
    expect(Object.fromEntries(readMetadata(bytes))).toEqual(metadata);
    const broken = bytes.slice();
    // Inside the graph: its first node's first tag.
    const graphAt = broken.indexOf(0x3a);
    broken[graphAt + 2] = 0xff;
    expect(Object.fromEntries(readMetadata(broken))).toEqual(metadata);
  });

  it('tells isogloss’s own files from others', () => {
    expect(isOwn(readFileSync(embeddedFile('embedded')))).toBe(true);
    expect(isOwn(readFileSync(fixture('wav2vec2-ctc-legacy17.onnx')))).toBe(false);
    for (const bytes of [readFileSync('package.json'), new Uint8Array(), Uint8Array.of(0x72, 0xff)])
      expect(isOwn(bytes)).toBe(false);
  });
});
