import { execa, ExecaError } from 'execa';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, WorkError } from '../../support/errors.ts';
import { writeAtomic } from '../../support/files.ts';
import { removeLinksOut } from './links.ts';

/** The archive's own first bytes, then a header of this many bytes before each member (ar(5)). */
const [MAGIC, HEADER] = ['!<arch>\n', 60];

const TAR = '.data.tar';

/**
 * Unpacks what a Debian package installs, below `into`. Nothing is run: no root, no scripts; and nothing is written or
 * linked outside.
 * @throws WorkError when it is not a Debian package, or tar can't unpack it, or refuses names with `..` in them
 */
export async function unpackDeb(file: string, into: string): Promise<void> {
  const data = memberOf(await readFile(file), 'data.tar');
  if (!data) throw new WorkError('not a Debian package', 'Delete the file and run the same command again.', { file });
  // A name of our own: the archive's could lead anywhere.
  const tar = path.join(into, TAR);
  await writeAtomic(tar, data.bytes);
  try {
    await execa('tar', ['-xf', TAR], { cwd: into });
  } catch (error) {
    throw new WorkError(
      `can't unpack ${path.basename(file)}: ${reasonOf(error)}`,
      'tar with xz is needed (Debian: apt-get install tar xz-utils).',
      { file: tar },
      error,
    );
  }
  await rm(tar);
  await removeLinksOut(into);
}

/** A .deb is an `ar` archive; its data.tar.xz (or .zst, .gz) is what gets installed. */
export function memberOf(archive: Buffer, prefix: string): { name: string; bytes: Buffer } | undefined {
  if (archive.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  for (let offset = MAGIC.length; offset + HEADER <= archive.length;) {
    const header = archive.toString('latin1', offset, offset + HEADER);
    const name = header.slice(0, 16).trim().replace(/\/$/, '');
    // A number and nothing else: a negative one would lead back to a member that was passed.
    const size = /^\d+ *$/.test(header.slice(48, 58)) ? Number(header.slice(48, 58)) : NaN;
    const start = offset + HEADER;
    if (Number.isNaN(size) || start + size > archive.length) return undefined;
    if (name.startsWith(prefix)) return { name, bytes: archive.subarray(start, start + size) };
    // Members begin at even bytes.
    offset = start + size + (size % 2);
  }
  return undefined;
}

/** What tar itself said, where it ran at all. */
function reasonOf(error: unknown): string {
  const said = error instanceof ExecaError ? String(error.stderr).split('\n')[0] : '';
  return said || messageOf(error).split('\n')[0]!;
}
