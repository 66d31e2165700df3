import { execa } from 'execa';
import fc from 'fast-check';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { memberOf, unpackDeb } from '../../../src/corpus/fetch/deb.ts';
import { WorkError } from '../../../src/support/errors.ts';
import { arOf, makeDeb, temporary } from '../importers/debian.ts';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z.-]{0,14}$/), { minLength: 1, maxLength: 6 });

describe('an ar archive', () => {
  it('gives each of its members back, of even and of odd length', () => {
    fc.assert(
      fc.property(
        names,
        fc.array(fc.uint8Array({ maxLength: 9 }), { minLength: 6, maxLength: 6 }),
        (list, contents) => {
          const members = list.map((name, i) => ({ name, bytes: contents[i]! }));
          const archive = arOf(members);
          for (const { name } of members) {
            // The first whose name begins so: that of data.tar.xz is asked for as data.tar.
            const first = members.find((member) => member.name.startsWith(name))!;
            const found = memberOf(archive, name)!;
            expect(found.name).toBe(first.name);
            expect(Buffer.compare(found.bytes, first.bytes)).toBe(0);
          }
          expect(memberOf(archive, 'NOT-THERE')).toBeUndefined();
        },
      ),
    );
  });

  it('of any bytes whatever comes to an end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        memberOf(Buffer.concat([Buffer.from('!<arch>\n'), bytes]), 'data.tar');
      }),
    );
    for (const size of ['-60', '-1', '1e3', '0x10', '', 'NaN', '9999999999']) {
      const archive = arOf([
        { name: 'control', bytes: Buffer.alloc(0) },
        { name: 'data.tar', bytes: Buffer.from('x') },
      ]);
      archive.write(size.padEnd(10), 8 + 48, 'latin1');
      expect(memberOf(archive, 'data.tar'), size).toBeUndefined();
    }
  });

  it('that is cut off gives no half member', () => {
    const archive = arOf([{ name: 'data.tar', bytes: Buffer.alloc(100, 'x') }]);
    expect(memberOf(archive.subarray(0, archive.length - 1), 'data.tar')).toBeUndefined();
    expect(memberOf(Buffer.from('<!doctype html>'), 'data.tar')).toBeUndefined();
  });
});

describe('a Debian package', () => {
  it.each(['', '.gz', '.xz'] as const)('is unpacked from data.tar%s, over what is there', async (compressed) => {
    const folder = await temporary('unpack');
    const file = path.join(folder, 'a.deb');
    await writeFile(
      file,
      await makeDeb({ 'usr/share/doc/x/perché.txt': 'ciao', 'usr/a.bin': Buffer.of(0, 255) }, compressed),
    );
    const into = path.join(folder, 'into');
    await mkdir(path.join(into, 'usr'), { recursive: true });
    await writeFile(path.join(into, 'usr/a.bin'), 'half of a fi');
    await unpackDeb(file, into);
    expect(await readFile(path.join(into, 'usr/share/doc/x/perché.txt'), 'utf8')).toBe('ciao');
    expect([...(await readFile(path.join(into, 'usr/a.bin')))]).toEqual([0, 255]);
    expect(await readdir(into)).toEqual(['usr']);
  });

  it('is refused, by name, when it is something else or damaged inside', async () => {
    const folder = await temporary('unpack');
    const page = path.join(folder, 'page.deb');
    await writeFile(page, '<!doctype html>');
    await expect(unpackDeb(page, folder)).rejects.toThrow(/not a Debian package/);
    const damaged = path.join(folder, 'damaged.deb');
    await writeFile(damaged, arOf([{ name: 'data.tar.gz', bytes: Buffer.from('not compressed') }]));
    const error = await unpackDeb(damaged, folder).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(WorkError);
    // tar's own words, not just that the command failed.
    expect((error as WorkError).message).toMatch(/^can't unpack damaged\.deb: .*(gzip|tar:)/);
  });

  it('writes nothing outside, whatever its names say', async () => {
    const folder = await temporary('unpack');
    await writeFile(path.join(folder, 'evil'), 'evil');
    const into = path.join(folder, 'a/b/into');
    await mkdir(into, { recursive: true });
    const unpack = async (member: string, ...tar: string[]): Promise<unknown> => {
      const data = path.join(folder, 'data.tar');
      await execa('tar', ['-cPf', data, '-C', folder, ...tar, 'evil']);
      const deb = path.join(folder, 'evil.deb');
      await writeFile(deb, arOf([{ name: member, bytes: await readFile(data) }]));
      return unpackDeb(deb, into).catch((error: unknown) => error);
    };
    await unpack('data.tar/../../e');
    expect(await unpack('data.tar', '--transform', 's,^,../../out-,')).toBeInstanceOf(WorkError);
    await unpack('data.tar', '--transform', `s,^,${folder}/a/full-,`);
    expect(await readdir(path.join(folder, 'a'))).toEqual(['b']);
    expect(await readdir(path.join(folder, 'a/b'))).toEqual(['into']);
  });

  it('keeps links in itself, none that lead out', async () => {
    const folder = await temporary('unpack');
    const tree = path.join(folder, 'tree');
    await mkdir(path.join(tree, 'sounds'), { recursive: true });
    await writeFile(path.join(tree, 'sounds/a.wav'), 'a');
    await symlink('sounds', path.join(tree, 'it'));
    await symlink('/etc/passwd', path.join(tree, 'words.txt'));
    await symlink('../..', path.join(tree, 'up'));
    await symlink('nowhere', path.join(tree, 'lost'));
    await execa('tar', ['-cf', path.join(folder, 'data.tar'), '-C', tree, '.']);
    const deb = path.join(folder, 'links.deb');
    await writeFile(deb, arOf([{ name: 'data.tar', bytes: await readFile(path.join(folder, 'data.tar')) }]));
    await unpackDeb(deb, path.join(folder, 'into'));
    expect((await readdir(path.join(folder, 'into'))).sort()).toEqual(['it', 'sounds']);
    expect(await readFile(path.join(folder, 'into/it/a.wav'), 'utf8')).toBe('a');
  });
});
