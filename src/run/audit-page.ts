import path from 'node:path';
import { AudioCache } from '../audio/cache.ts';
import { encodeMp3 } from '../audio/encode.ts';
import type { Audit, Finding } from '../corpus/audit/audit.ts';
import { audioPath, loadManifest } from '../corpus/manifest.ts';
import { fileIn } from '../corpus/media-folders.ts';
import { findCorpus } from '../corpus/source.ts';
import type { Utterance } from '../corpus/utterance.ts';
import { renderAudit, type FlaggedUtterance } from '../report/audit-page.ts';
import { cacheFolder } from '../support/cache-folder.ts';
import { InputError } from '../support/errors.ts';
import { writeAtomic } from '../support/files.ts';
import { prefetch } from '../support/prefetch.ts';
import type { Suspicion } from './suspects/suspects.ts';

/** Utterances that can be played in the page; a longer list is in --json. */
const MOST_FLAGGED = 300;
const MOST_SUSPECTS = 100;

/** Writes an audit as one HTML page, with the sound of what was found and links to where it is written down. */
export async function writeAuditPage(file: string, corpus: string, audit: Audit, suspicion?: Suspicion): Promise<void> {
  const { folder, name } = findCorpus(corpus);
  const byId = new Map((await loadManifest(folder)).map((utterance) => [utterance.id, utterance]));
  const describe = describerOf(folder, path.dirname(path.resolve(file)), byId);
  const flagged: FlaggedUtterance[] = [];
  for await (const { result } of prefetch(flaggedIn(audit.findings).slice(0, MOST_FLAGGED), 3, describe))
    flagged.push(result);
  const suspects: FlaggedUtterance[] = [];
  for (const { item, transcript, heard, cer, confidence, learnt, why } of suspicion?.suspects.slice(0, MOST_SUSPECTS) ??
    [])
    suspects.push({
      ...(await describe({ id: item, errors: [], warnings: why === 'no-path' ? [NO_PATH] : [] })),
      transcript,
      heard: { text: heard, cer, learnt, ...(confidence !== undefined && { confidence }) },
    });
  const { groups, coverage, alike, measures, utterances, seconds } = audit;
  const html = renderAudit({
    title: name,
    createdAt: new Date().toISOString(),
    utterances,
    minutes: seconds / 60,
    measures,
    groups: [
      { title: 'speaker', rows: groups.speakers },
      { title: 'tier', rows: groups.tiers },
      { title: 'file', rows: groups.files },
    ],
    graphemes: coverage.graphemes,
    sentences: coverage.sentences,
    alike,
    ...(suspicion && { suspects: { about: aboutOf(suspicion), items: suspects } }),
    flagged,
  });
  await writeAtomic(file, html);
}

const NO_PATH = 'the transcript has more letters than the recording has time for';

/** Which model it was, and how far it is to be believed. */
export function aboutOf({ run, judged, learnt, suspects }: Suspicion): string {
  const bias =
    learnt === 0
      ? 'It has learnt from none of them.'
      : `It has learnt from ${learnt} of them, which it believes more than it should: --folds 3 judges those ` +
        'by models that have not.';
  return (
    `${suspects.length} of ${judged} transcripts are far from what the model of ${path.basename(run)} hears, by ` +
    `the measure of the others; the furthest come first. ${bias} A listen decides who is right.`
  );
}

type Flagged = Pick<FlaggedUtterance, 'id' | 'errors' | 'warnings'>;

/** An utterance's findings together; those with errors first, then those with most warnings. */
function flaggedIn(findings: readonly Finding[]): Flagged[] {
  const byItem = new Map<string, { id: string; errors: string[]; warnings: string[] }>();
  for (const { item, severity, what } of findings) {
    const flagged = byItem.get(item) ?? { id: item, errors: [], warnings: [] };
    byItem.set(item, flagged);
    flagged[severity === 'error' ? 'errors' : 'warnings'].push(what);
  }
  return [...byItem.values()].sort(
    (a, b) => b.errors.length - a.errors.length || b.warnings.length - a.warnings.length,
  );
}

/** @param from the page's folder, from which its links go out */
function describerOf(
  folder: string,
  from: string,
  byId: ReadonlyMap<string, Utterance>,
): (flagged: Flagged) => Promise<FlaggedUtterance> {
  const cache = new AudioCache(path.join(cacheFolder(), 'audio'));
  return async (flagged) => {
    const utterance = byId.get(flagged.id);
    if (!utterance) return { ...flagged, where: '', links: [] };
    const sound = await soundOf(cache, folder, utterance);
    return {
      ...flagged,
      transcript: utterance.text,
      where: whereOf(utterance),
      links: linksOf(folder, from, utterance),
      ...(sound !== undefined && { sound }),
    };
  };
}

async function soundOf(cache: AudioCache, folder: string, utterance: Utterance): Promise<string | undefined> {
  try {
    const mp3 = await encodeMp3(await cache.read(audioPath(folder, utterance), utterance));
    return `data:audio/mpeg;base64,${Buffer.from(mp3).toString('base64')}`;
  } catch (error) {
    // Why it can't be read is what was found.
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function whereOf({ source, speaker, start, end }: Utterance): string {
  return [
    ...(speaker === undefined ? [] : [speaker]),
    ...(source?.tier === undefined ? [] : [`tier ${source.tier}`]),
    ...(source?.annotation === undefined ? [] : [`annotation ${source.annotation}`]),
    ...(start === undefined ? [] : [`${clock(start)}${end === undefined ? '' : `–${clock(end)}`}`]),
  ].join(' · ');
}

/** As ELAN shows it: 00:01:02.345. */
function clock(seconds: number): string {
  return new Date(Math.round(seconds * 1000)).toISOString().slice(11, 23);
}

function linksOf(folder: string, from: string, { source, audio, start, end }: Utterance): FlaggedUtterance['links'] {
  const hrefOf = (name: string): string | undefined => {
    const full = fileIn(folder, name);
    return full && path.relative(from, full).split(path.sep).map(encodeURIComponent).join('/');
  };
  const [annotations, recording] = [source && hrefOf(source.file), hrefOf(audio)];
  const at = start === undefined ? '' : `#t=${start}${end === undefined ? '' : `,${end}`}`;
  return [
    ...(annotations === undefined ? [] : [{ name: path.posix.basename(source!.file), href: annotations }]),
    ...(recording === undefined ? [] : [{ name: path.posix.basename(audio), href: `${recording}${at}` }]),
  ];
}
