import type { AnnotationDocument, Constraint, Tier } from '../../formats/index.ts';

/** Tiers of one kind over all files, whoever speaks in them: `tx@Ama`, `tx@Kofi` are `tx@*`. */
export interface TierGroup {
  /** What `--tier` takes for it. */
  name: string;
  tiers: number;
  files: number;
  /** With text. */
  annotations: number;
  /** Not transcribed yet. */
  empty: number;
  /** Of those with text: such as have no time, not even by way of a tier above. */
  untimed: number;
  seconds: number;
  words: number;
  samples: string[];
  types: string[];
  speakers: string[];
  constraint?: Constraint;
  /** Annotations that look like numbers or names of utterances: `Story.014`. */
  labels: number;
}

const SAMPLES = 3;

/** Counts the tiers of documents as they come; point tiers are none that could be transcripts. */
export class TierCounts {
  private readonly groups = new Map<string, TierGroup & { names: Set<string> }>();

  add({ tiers }: AnnotationDocument): void {
    const here = new Set<string>();
    for (const tier of tiers) {
      if (tier.kind === 'point') continue;
      const pattern = patternOf(tier);
      const key = pattern.toLowerCase();
      let group = this.groups.get(key);
      if (!group) this.groups.set(key, (group = emptyGroup(pattern)));
      if (!here.has(key)) group.files++;
      here.add(key);
      count(tier, group);
    }
  }

  get list(): TierGroup[] {
    return Array.from(this.groups.values(), ({ names, ...group }) => ({
      ...group,
      name: names.size === 1 ? [...names][0]! : group.name,
    }));
  }
}

const emptyGroup = (name: string): TierGroup & { names: Set<string> } => ({
  ...{ name, tiers: 0, files: 0, annotations: 0, empty: 0, untimed: 0, seconds: 0, words: 0, labels: 0 },
  ...{ samples: [], types: [], speakers: [], names: new Set<string>() },
});

function count(tier: Tier, group: TierGroup & { names: Set<string> }): void {
  group.tiers++;
  group.names.add(tier.id);
  if (tier.constraint) group.constraint = tier.constraint;
  if (tier.type !== undefined && !group.types.includes(tier.type)) group.types.push(tier.type);
  const speaker = speakerOf(tier);
  if (speaker !== undefined && !group.speakers.includes(speaker)) group.speakers.push(speaker);
  for (const { text, start, end } of tier.annotations) {
    const said = text.trim();
    if (said === '') {
      group.empty++;
      continue;
    }
    group.annotations++;
    group.words += said.split(/\s+/).length;
    if (/^\S*\d+$/.test(said)) group.labels++;
    if (start === undefined || end === undefined) group.untimed++;
    else group.seconds += Math.max(0, end - start);
    if (group.samples.length < SAMPLES && !group.samples.includes(said)) group.samples.push(said);
  }
}

/** Who speaks in a tier: its participant, or what stands behind `@` in its name. */
export function speakerOf({ id, participant }: Pick<Tier, 'id' | 'participant'>): string | undefined {
  return participant ?? (/@([^@]+)$/.exec(id)?.[1] || undefined);
}

/** A tier's name with a star for the speaker's; a star alone where it is called as its speaker. */
export function patternOf(tier: Pick<Tier, 'id' | 'participant' | 'type'>): string {
  const { id, type } = tier;
  const speaker = speakerOf(tier);
  if (/@[^@]+$/.test(id)) return id.replace(/@[^@]+$/, '@*');
  if (speaker === undefined || speaker === '') return id;
  if (id === speaker) return type === undefined ? '*' : `type:${type}`;
  if (id.startsWith(speaker) && /[\W_]/.test(id[speaker.length]!)) return `*${id.slice(speaker.length)}`;
  if (id.endsWith(speaker) && /[\W_]/.test(id.at(-speaker.length - 1)!)) return `${id.slice(0, -speaker.length)}*`;
  return id;
}

/**
 * Whether a tier is one of those asked for: by its name, by a pattern (`tx@*`; `*` is those that are called as their
 * speakers), by `type:NAME`, or by `participant:NAME`; small and capital letters are one.
 */
export function tierMatches(tier: Pick<Tier, 'id' | 'participant' | 'type'>, wanted: readonly string[]): boolean {
  return wanted.some((one) => {
    if (one === '*') return patternOf(tier) === '*';
    const [, kind, pattern = one] = /^(type|participant):(.*)$/.exec(one) ?? [];
    const value = kind === 'type' ? tier.type : kind === 'participant' ? speakerOf(tier) : tier.id;
    return value !== undefined && globOf(pattern).test(value);
  });
}

function globOf(pattern: string): RegExp {
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === '*') return '[^]*';
    return part === '?' ? '[^]' : part.replace(/[\\^$.|+()[\]{}/]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 'iu');
}
