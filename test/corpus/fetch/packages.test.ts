import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchPackage } from '../../../src/corpus/fetch/packages.ts';
import type { DebianPackage } from '../../../src/corpus/importers/packaged/terms.ts';
import { WorkError } from '../../../src/support/errors.ts';
import { silent } from '../../../src/support/progress.ts';
import {
  makeDeb,
  NO_SUCH_PACKAGE,
  packageServer,
  pathWithApt,
  pathWithoutApt,
  pinned,
  temporary,
  type PackageServer,
} from '../importers/debian.ts';

let deb: Buffer;
let server: PackageServer;
let wanted: DebianPackage;
let into: string;

beforeAll(async () => {
  // Random bytes don't compress: long enough to be cut in the middle.
  deb = await makeDeb({ 'usr/hello.txt': 'ciao', 'usr/noise.bin': crypto.getRandomValues(new Uint8Array(60_000)) });
});

beforeEach(async () => {
  vi.stubEnv('PATH', await pathWithApt(NO_SUCH_PACKAGE));
  server = await packageServer();
  server.files['/a.deb'] = { bytes: deb };
  wanted = pinned('a', deb, `${server.url}/a.deb`);
  into = await temporary('packages');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const fetchIt = (signal?: AbortSignal): Promise<void> => fetchPackage(wanted, into, silent('fetch'), signal);
const failure = async (): Promise<WorkError> => {
  const error = await fetchIt().then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(WorkError);
  return error as WorkError;
};
const download = (): string => path.join(into, `a-${wanted.sha256.slice(0, 8)}.deb`);
const partial = (): string => `${download()}.partial`;
const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);

async function expectUnpacked(): Promise<void> {
  expect(await readFile(path.join(into, 'usr/hello.txt'), 'utf8')).toBe('ciao');
  expect((await readdir(into)).sort()).toEqual(['.a.unpacked', 'usr']);
}

/** Lets the line go dead after some bytes and breaks it when they have arrived on disk. */
async function cutHalfWay(): Promise<WorkError> {
  server.files['/a.deb'] = { bytes: deb, stallAfter: 20_000 };
  const failed = failure();
  await vi.waitFor(() => expect(sizeOf(partial())).toBeGreaterThan(0), { timeout: 20_000 });
  server.cut();
  return failed;
}

describe('a package by plain download', () => {
  it('is checked and unpacked, and asked for once only', async () => {
    await fetchIt();
    await expectUnpacked();
    await fetchIt();
    expect(server.asked).toEqual(['whole']);
  });

  it('goes on after a cut from the byte where it stopped', async () => {
    const error = await cutHalfWay();
    expect(error.message).toMatch(
      /^can't get the package a 1\.0-1: apt: Unable to locate package a=1\.0-1 .*http:.*terminated/,
    );
    expect(error.next).toMatch(/what is there is kept/);
    const have = sizeOf(partial());
    server.files['/a.deb'] = { bytes: deb };
    await fetchIt();
    expect(server.asked).toEqual(['whole', `bytes=${have}-`]);
    await expectUnpacked();
  });

  it('goes on after a second cut too', async () => {
    await cutHalfWay();
    const first = sizeOf(partial());
    server.files['/a.deb'] = { bytes: deb, stallAfter: 10_000 };
    const failed = failure();
    await vi.waitFor(() => expect(sizeOf(partial())).toBeGreaterThan(first), { timeout: 20_000 });
    server.cut();
    await failed;
    const second = sizeOf(partial());
    server.files['/a.deb'] = { bytes: deb };
    await fetchIt();
    expect(server.asked.at(-1)).toBe(`bytes=${second}-`);
    await expectUnpacked();
  });

  it('begins again where the server knows no Range', async () => {
    await cutHalfWay();
    server.files['/a.deb'] = { bytes: deb, ranges: false };
    await fetchIt();
    await expectUnpacked();
  });

  it('begins again when what an earlier try left proves wrong', async () => {
    await writeFile(partial(), Buffer.alloc(1000, 'x'));
    await fetchIt();
    expect(server.asked).toEqual(['bytes=1000-', 'whole']);
    await expectUnpacked();
  });

  it('needs nothing more when all bytes were there already, and begins again when there are too many', async () => {
    await writeFile(partial(), deb);
    await fetchIt();
    expect(server.asked).toEqual([`bytes=${deb.length}-`]);
    await expectUnpacked();

    into = await temporary('packages');
    await writeFile(partial(), Buffer.concat([deb, Buffer.from('more')]));
    await fetchIt();
    expect(server.asked.at(-1)).toBe('whole');
    await expectUnpacked();
  });

  it('unpacks what was downloaded whole before a cut, without asking again', async () => {
    await writeFile(download(), deb);
    await fetchIt();
    expect(server.asked).toEqual([]);
    await expectUnpacked();
  });

  it('that is another file than the one pinned is not unpacked, nor kept', async () => {
    server.files['/a.deb'] = { bytes: Buffer.concat([deb, Buffer.from('!')]) };
    const error = await failure();
    expect(error.message).toMatch(/not the file that was pinned \(sha256 differs\)/);
    expect(await readdir(into)).toEqual([]);
    server.files['/a.deb'] = { bytes: deb };
    await fetchIt();
    await expectUnpacked();
  });

  it('is got anew when source.yaml names another version', async () => {
    await fetchIt();
    const other = await makeDeb({ 'usr/hello.txt': 'salve' });
    server.files['/b.deb'] = { bytes: other };
    wanted = pinned('a', other, `${server.url}/b.deb`);
    await fetchIt();
    expect(await readFile(path.join(into, 'usr/hello.txt'), 'utf8')).toBe('salve');
  });

  it.each([
    [404, /no longer offered there \(HTTP 404\)/],
    [503, /HTTP 503/],
  ])('says what is the matter at HTTP %i, and doesn’t wait for the rest of the answer', async (status, message) => {
    server.files['/a.deb'] = { bytes: deb, status };
    expect((await failure()).message).toMatch(message);
    // One that is left open would keep the command from ending.
    await vi.waitFor(() => expect(server.open()).toBe(0), { timeout: 20_000 });
  });

  it('says why nothing can be reached', async () => {
    await server.close();
    const error = await failure();
    expect(error.message).toMatch(/apt: Unable to locate package.*ECONNREFUSED/);
    expect(error.next).toMatch(/network/);
  });

  it('stops when told to, and goes on later', async () => {
    server.files['/a.deb'] = { bytes: deb, stallAfter: 20_000 };
    const stopper = new AbortController();
    const stopped = expect(fetchIt(stopper.signal)).rejects.toThrow('enough');
    await vi.waitFor(() => expect(sizeOf(partial())).toBeGreaterThan(0), { timeout: 20_000 });
    stopper.abort(new Error('enough'));
    await stopped;
    server.files['/a.deb'] = { bytes: deb };
    await fetchIt();
    expect(server.asked.at(-1)).toMatch(/^bytes=[1-9]/);
    await expectUnpacked();
  });
});

describe('a package by apt', () => {
  it('is taken when it is the one that was pinned', async () => {
    const file = path.join(await temporary('archive'), 'a_1.0-1_all.deb');
    await writeFile(file, deb);
    vi.stubEnv('PATH', await pathWithApt(`[ "$1 $2" = "download a=1.0-1" ] && cp ${file} .`));
    await fetchIt();
    expect(server.asked).toEqual([]);
    await expectUnpacked();
  });

  it('gives way to plain download when it is another one', async () => {
    vi.stubEnv('PATH', await pathWithApt('echo other > a_1.0-1_all.deb'));
    await fetchIt();
    expect(server.asked).toEqual(['whole']);
    await expectUnpacked();
  });

  it('is found once the package lists are there', async () => {
    const folder = await temporary('archive');
    await writeFile(path.join(folder, 'a.deb'), deb);
    vi.stubEnv(
      'PATH',
      await pathWithApt(
        `if [ "$1" = update ]; then touch ${folder}/lists; elif [ -e ${folder}/lists ]; then cp ${folder}/a.deb .; else ${NO_SUCH_PACKAGE}; fi`,
      ),
    );
    await fetchIt();
    expect(server.asked).toEqual([]);
    await expectUnpacked();
  });

  it('leaves nothing behind that would be taken for the package when it is cut off', async () => {
    await mkdir(`${download()}.apt`);
    await writeFile(path.join(`${download()}.apt`, 'half.deb'), 'half');
    await fetchIt();
    await expectUnpacked();
  });

  it('is not missed where there is no apt', async () => {
    vi.stubEnv('PATH', await pathWithoutApt());
    await fetchIt();
    await expectUnpacked();
    await server.close();
    into = await temporary('packages');
    expect((await failure()).message).toMatch(/apt: not on this machine/);
  });
});
