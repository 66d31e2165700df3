import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { usableCores } from '../../src/support/processors.ts';

/** A file system that has only these files. */
async function system(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'system-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.join(root, path.dirname(name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  return root;
}

/** Four cores of two threads each: cpu 0 and 4 are one core. */
const topology = Object.fromEntries(
  [0, 1, 2, 3, 4, 5, 6, 7].map((cpu) => [
    `sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`,
    `${cpu % 4},${(cpu % 4) + 4}\n`,
  ]),
);
const allowed = (list: string): Record<string, string> => ({
  'proc/self/status': `Name:\tnode\nCpus_allowed_list:\t${list}\nMems_allowed_list:\t0\n`,
});

describe('the cores that may be used', () => {
  it('are physical ones', async () => {
    expect(usableCores(await system({ ...topology, ...allowed('0-7') }))).toBe(4);
    expect(usableCores(await system({ ...topology, ...allowed('0,4') }))).toBe(1);
    expect(usableCores(await system({ ...topology, ...allowed('0-2,5') }))).toBe(3);
  });

  it('are no more than a container is granted, by either version of control groups', async () => {
    const all = { ...topology, ...allowed('0-7') };
    expect(
      usableCores(
        await system({
          ...all,
          'proc/self/cgroup': '0::/box/inner\n',
          'sys/fs/cgroup/box/cpu.max': '250000 100000\n',
          'sys/fs/cgroup/box/inner/cpu.max': 'max 100000\n',
        }),
      ),
    ).toBe(2);
    expect(
      usableCores(await system({ ...all, 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '50000 100000\n' })),
    ).toBe(1);
    expect(
      usableCores(
        await system({
          ...all,
          'proc/self/cgroup': '3:cpuset:/\n2:cpu,cpuacct:/box\n',
          'sys/fs/cgroup/cpu/box/cpu.cfs_quota_us': '300000\n',
          'sys/fs/cgroup/cpu/box/cpu.cfs_period_us': '100000\n',
        }),
      ),
    ).toBe(3);
    expect(
      usableCores(
        await system({
          ...all,
          'proc/self/cgroup': '2:cpu:/\n',
          'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
          'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
        }),
      ),
    ).toBe(4);
  });

  it('are what Node counts where the system doesn’t say', async () => {
    expect(usableCores(await system({}))).toBe(availableParallelism());
  });
});
