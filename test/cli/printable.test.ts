import { describe, expect, it } from 'vitest';
import { oneLine, printable } from '../../src/cli/printable.ts';

describe('text for a terminal', () => {
  it('has no orders in it', () => {
    expect(printable('a\u001B[2Jb\u009Bc\u0007\u202Ed\r\ne\tf')).toBe('a\\u001b[2Jb\\u009bc\\u0007\\u202ed\ne\tf');
    expect(printable('ʔəʃ ක්‍ර 中文')).toBe('ʔəʃ ක්‍ර 中文');
  });

  it('of a name is one line', () => {
    expect(oneLine('a\nerror: b\r\u2028.wav')).toBe('a\\nerror: b\\u000d\\n.wav');
  });
});
