import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { drawnProgress, eraseDrawnLine } from '../../src/cli/progress.ts';

it('what is told in between stands on a line of its own, not behind the drawn one', () => {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns: 80 });
  const task = drawnProgress(false, stream as unknown as NodeJS.WriteStream)!('transcribe', 2, 'recordings');
  const shown = (): string => String(stream.read() ?? '');
  expect(shown()).toContain('0/2 recordings');
  eraseDrawnLine();
  expect(shown()).toBe('\r\u001B[2K');
  eraseDrawnLine();
  expect(shown(), 'nothing is drawn').toBe('');
  task.done();
  expect(shown()).toMatch(/✓ transcribe .*\n$/);
  eraseDrawnLine();
  expect(shown(), 'what is done stays').toBe('');
});
