import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

/**
 * The physical cores that this process may use: two hyper-threads of a core count once, since matrix products gain
 * nothing by the second, and what a CPU mask or a container's quota takes away doesn't count. Where the system doesn't
 * say (anything but Linux), the processors that Node counts.
 * @param root of the file system
 */
export function usableCores(root = '/'): number {
  const cores = coresAllowed(root) ?? availableParallelism();
  return Math.max(1, Math.floor(Math.min(cores, ...quotas(root))));
}

function coresAllowed(root: string): number | undefined {
  const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(read(root, 'proc/self/status') ?? '')?.[1];
  if (allowed === undefined) return undefined;
  const cpus = allowed.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number) as [number, number];
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return new Set(
    cpus.map((cpu) => read(root, `sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`) ?? String(cpu)),
  ).size;
}

/**
 * Processors' worth of time that control groups grant, of either version:
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
 */
function quotas(root: string): number[] {
  const groups = (read(root, 'proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'));
  return groups.flatMap(([, controllers, group]) => {
    if (group === undefined) return [];
    const second = controllers === '';
    if (!second && !controllers!.split(',').includes('cpu')) return [];
    const mount = second ? 'sys/fs/cgroup' : 'sys/fs/cgroup/cpu';
    return upwards(group).flatMap((folder) => {
      const [quota, period] = second
        ? (read(root, path.join(mount, folder, 'cpu.max')) ?? '').split(' ')
        : [
            read(root, path.join(mount, folder, 'cpu.cfs_quota_us')),
            read(root, path.join(mount, folder, 'cpu.cfs_period_us')),
          ];
      const share = Number(quota) / Number(period);
      return share > 0 && Number.isFinite(share) ? [share] : [];
    });
  });
}

/** /a/b → /a/b, /a, /: a group is also held to what those around it get. */
const upwards = (group: string): string[] => (group === '/' ? ['/'] : [group, ...upwards(path.posix.dirname(group))]);

function read(root: string, file: string): string | undefined {
  try {
    return readFileSync(path.join(root, file), 'utf8').trim();
  } catch {
    return undefined;
  }
}
