import { execa } from 'execa';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebianPackage } from '../../../src/corpus/importers/packaged/terms.ts';

export const temporary = (name: string): Promise<string> => mkdtemp(path.join(tmpdir(), `${name}-`));

/** An `ar` archive (ar(5)), as a .deb is one. */
export function arOf(members: readonly { name: string; bytes: Uint8Array }[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from('!<arch>\n')];
  for (const { name, bytes } of members) {
    const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`;
    parts.push(Buffer.from(header), bytes, Buffer.from(bytes.length % 2 ? '\n' : ''));
  }
  return Buffer.concat(parts);
}

/** A Debian package that installs `files`: its bytes. */
export async function makeDeb(
  files: Readonly<Record<string, string | Uint8Array>>,
  compressed: '' | '.gz' | '.xz' = '.gz',
): Promise<Buffer> {
  const folder = await temporary('deb');
  const tree = path.join(folder, 'tree');
  for (const [name, data] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(tree, name)), { recursive: true });
    await writeFile(path.join(tree, name), data);
  }
  const tar = path.join(folder, `data.tar${compressed}`);
  await execa('tar', ['-caf', tar, '-C', tree, '.']);
  return arOf([
    { name: 'debian-binary', bytes: Buffer.from('2.0\n') },
    { name: 'control.tar.gz', bytes: Buffer.from('odd') },
    { name: path.basename(tar), bytes: await readFile(tar) },
  ]);
}

/** What source.yaml says of a package. */
export function pinned(name: string, deb: Uint8Array, url: string): DebianPackage {
  return { name, version: '1.0-1', url, sha256: createHash('sha256').update(deb).digest('hex') };
}

/** How the server answers, by a file's path. */
export interface Served {
  bytes: Uint8Array;
  /** Whether it knows Range. */
  ranges?: boolean;
  /** Sends this many bytes, then nothing more until `cut` is called: a line that goes dead. */
  stallAfter?: number;
  status?: number;
}

export interface PackageServer {
  url: string;
  files: Record<string, Served>;
  /** The Range of each request, `whole` where there was none. */
  asked: string[];
  /** Breaks all connections. */
  cut(): void;
  /** Answers that are not over yet. */
  open(): number;
  close(): Promise<void>;
}

export async function packageServer(): Promise<PackageServer> {
  const files: Record<string, Served> = {};
  const asked: string[] = [];
  let open = 0;
  const server: Server = createServer((request, response) => {
    open++;
    response.once('close', () => open--);
    asked.push(request.headers.range ?? 'whole');
    const served = files[request.url!];
    if (served) answer(served, request.headers.range, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    asked,
    cut: () => server.closeAllConnections(),
    open: () => open,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(
  { bytes, ranges = true, stallAfter, status }: Served,
  range: string | undefined,
  response: ServerResponse,
): void {
  if (status) {
    response.writeHead(status).write('not today');
    return;
  }
  const from = ranges ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0;
  if (from >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    return;
  }
  const headers = {
    'content-length': bytes.length - from,
    ...(from ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
  };
  response.writeHead(from ? 206 : 200, headers);
  if (stallAfter === undefined) response.end(bytes.subarray(from));
  else response.write(bytes.subarray(from, from + stallAfter));
}

/**
 * A folder for the front of PATH whose `apt-get` is the given shell script, or which is all of PATH and has no apt-get.
 * Without it, tests would ask the machine's own package lists.
 */
export async function pathWithApt(script: string): Promise<string> {
  const folder = await temporary('path');
  await writeFile(path.join(folder, 'apt-get'), `#!/bin/sh\n${script}\n`);
  await chmod(path.join(folder, 'apt-get'), 0o755);
  return `${folder}${path.delimiter}${process.env.PATH}`;
}

export const NO_SUCH_PACKAGE = 'echo "E: Unable to locate package $2" >&2; exit 100';

export async function pathWithoutApt(): Promise<string> {
  const folder = await temporary('path');
  for (const tool of ['tar', 'gzip', 'xz']) {
    const { stdout } = await execa('sh', ['-c', `command -v ${tool}`]);
    await symlink(stdout, path.join(folder, tool));
  }
  return folder;
}
