import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { writeError } from '../../support/files.ts';
import { takeLock } from '../../support/lock.ts';
import { note, type Entry, type JournalLine } from './journal.ts';

/** Without the moment, which is that of the writing. */
type NewLine = JournalLine extends infer Line ? (Line extends JournalLine ? Omit<Line, 'at'> : never) : never;

/**
 * Appends to a journal, one process at a time. A line is whole or, where a crash cut it off, was never written; what
 * `append` has promised is on the disk.
 */
export class JournalWriter {
  private readonly file: string;
  private readonly handle: FileHandle;
  private readonly entries: Map<string, Entry>;
  private readonly unlock: () => Promise<void>;
  private waiting: string[] = [];
  private written: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  private constructor(file: string, handle: FileHandle, entries: Map<string, Entry>, unlock: () => Promise<void>) {
    [this.file, this.handle, this.entries, this.unlock] = [file, handle, entries, unlock];
  }

  /**
   * @param entries what the journal says, which is kept up to date
   * @throws WorkError when another process is writing it, or it can't be written
   */
  static async open(file: string, entries: Map<string, Entry>): Promise<JournalWriter> {
    const folder = path.dirname(file);
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw writeError(folder, error);
    });
    const unlock = await takeLock(path.join(folder, `.${path.basename(file)}.in-use`), 'transcripts');
    try {
      const handle = await open(file, 'a+');
      await cutOffTornLine(handle);
      return new JournalWriter(file, handle, entries, unlock);
    } catch (error) {
      await unlock();
      throw writeError(file, error);
    }
  }

  /** Lines that come while others are being written go to the disk together. */
  async append(line: NewLine): Promise<void> {
    const whole = { ...line, at: new Date().toISOString() };
    this.waiting.push(`${JSON.stringify(whole)}\n`);
    note(this.entries, whole);
    this.next ??= this.written = this.written.then(() => {
      this.next = undefined;
      return this.flush();
    });
    await this.next;
  }

  async close(): Promise<void> {
    await this.written.catch(() => {});
    await this.handle.close();
    await this.unlock();
  }

  private async flush(): Promise<void> {
    const lines = this.waiting.join('');
    this.waiting = [];
    try {
      await this.handle.appendFile(lines);
      await this.handle.datasync();
    } catch (error) {
      throw writeError(this.file, error);
    }
  }
}

const BLOCK = 4096;

/** What stands after the last line break was being written when the process ended. */
async function cutOffTornLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  for (let end = size; end > 0; end -= BLOCK) {
    const start = Math.max(0, end - BLOCK);
    const { buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
    const at = buffer.lastIndexOf(0x0a);
    if (at < 0) continue;
    if (start + at + 1 < size) await handle.truncate(start + at + 1);
    return;
  }
  if (size > 0) await handle.truncate(0);
}
