import { describe, expect, it } from 'vitest';
import {
  readKaldiRecordings,
  readKaldiSegments,
  readKaldiTable,
  writeKaldiSegments,
  writeKaldiTable,
} from '../../src/formats/index.ts';

const file = 'x';
const refusal = (words: string, line: number): unknown =>
  expect.objectContaining({ message: expect.stringContaining(words) as string, place: { file, line } });

describe('Kaldi’s lists', () => {
  it('are ids with what belongs to them', () => {
    expect(readKaldiTable('u1 kaai  mi\r\n\nu2\n  u3\tho \n', { file })).toEqual([
      { id: 'u1', value: 'kaai  mi', line: 1 },
      { id: 'u2', value: '', line: 3 },
      { id: 'u3', value: 'ho', line: 4 },
    ]);
    expect(() => readKaldiTable('a x\na y', { file })).toThrow(refusal('stands twice', 2));
  });

  it('name segments, to the end where that is -1', () => {
    expect(readKaldiSegments('u1 r1 0.5 2\nu2 r1 2 -1', { file })).toEqual([
      { id: 'u1', recording: 'r1', start: 0.5, end: 2, line: 1 },
      { id: 'u2', recording: 'r1', start: 2, line: 2 },
    ]);
    for (const bad of ['u r 2 1', 'u r 1', 'u r 1 2 3', 'u r a b'])
      expect(() => readKaldiSegments(bad, { file })).toThrow(refusal('in seconds', 1));
  });

  it('name recordings; commands are told, and nothing is run', () => {
    expect(readKaldiRecordings('r1 /data/a b.wav\nr2 sph2pipe -f wav x.sph |\nr3 raw.ark:123', { file })).toEqual([
      { id: 'r1', path: '/data/a b.wav', line: 1 },
      { id: 'r2', command: 'sph2pipe -f wav x.sph', line: 2 },
      { id: 'r3', path: 'raw.ark', offset: 123, line: 3 },
    ]);
    expect(() => readKaldiRecordings('r1', { file })).toThrow(refusal('has no path', 1));
  });

  it('are written in the order of their bytes', () => {
    const written = writeKaldiTable([
      { id: 'ŋ', value: 'x' },
      { id: 'b', value: 'line\nbreak' },
      { id: 'B', value: '' },
    ]);
    expect(written).toBe('B\nb line break\nŋ x\n');
    expect(
      writeKaldiSegments([
        { id: 'u', recording: 'r', start: 0, end: 1.5 },
        { id: 'v', recording: 'r', start: 2 },
      ]),
    ).toBe('u r 0 1.5\nv r 2 -1\n');
    expect(() => writeKaldiTable([{ id: 'a b', value: '' }])).toThrow('blanks');
  });
});
