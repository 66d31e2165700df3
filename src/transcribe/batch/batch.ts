import path from 'node:path';
import type { TranscriptFormatName } from '../../formats/index.ts';
import { modelHash } from '../../model/hash.ts';
import { Model } from '../../model/model.ts';
import { readModel } from '../../model/read-model.ts';
import type { ModelParts } from '../../model/parts.ts';
import { chooseMachine, onMachine } from '../../onnx/runtime/machine.ts';
import { InputError, type SetAside } from '../../support/errors.ts';
import { sweepLeftovers } from '../../support/leftovers.ts';
import { prefetch } from '../../support/prefetch.ts';
import { silent, type Task } from '../../support/progress.ts';
import { versions } from '../../support/versions.ts';
import { recordingsAt } from '../find-recordings.ts';
import { checkNamed, placesOf, STANDARD_INPUT, type Inputs, type Places } from '../inputs.ts';
import { piecesOf } from '../recordings.ts';
import { targetsOf, tieredFormatOf, type Target } from '../targets.ts';
import { transcribedByQueue, type Priority } from '../queue/submit.ts';
import { soundBy } from '../queue/job.ts';
import { transcribePieces, type TranscribeOptions, type Transcript } from '../transcribe.ts';
import { estimateOf, type Estimate } from './estimate.ts';
import { JOURNAL_FILE, journalOfShard, journalsBeside, readJournals, type Entry } from './journal.ts';
import { JournalWriter } from './journal-writer.ts';
import { namesFrom, planOf, type Job, type Plan } from './plan.ts';
import { inShard, type Shard } from './shard.ts';
import { Tally, type BatchSummary } from './summary.ts';
import { settle, type WrittenTranscript } from './write-behind.ts';

export interface BatchOptions extends Omit<TranscribeOptions, 'onHeard'>, Omit<Inputs, 'paths'> {
  /** Text alone goes to the screen unless there is a folder for it; all else is written beside the recordings. */
  formats: readonly TranscriptFormatName[];
  /** Folder to write to, with the tree that was named; beside the recordings, if not said. */
  out?: string | undefined;
  /** A file of ELAN or Praat that gets the tiers, of the one recording. */
  into?: string | undefined;
  overwrite?: boolean | undefined;
  /**
   * Where it is noted what is done. By default in `out`, or in the folder named first; of one recording nothing is
   * noted.
   */
  journal?: string | undefined;
  /** Tries again what could not be read the last time. */
  retryFailed?: boolean | undefined;
  /** Address of a Redis or Valkey server: workers there transcribe, and what they answer is written here. */
  queue?: string | undefined;
  /** Of what lies there, also from others, which comes first: `normal`, if not said. */
  priority?: Priority | undefined;
  /** Sends the recordings themselves, for workers that don't see their files. */
  send?: boolean | undefined;
  /** A part of the recordings, the same however many are there. */
  shard?: Shard | undefined;
}

/** How many transcripts are being written while the model goes on. */
const WRITTEN_BEHIND = 8;

/**
 * Recordings, one or an archive of them, and their way into text. What is done is noted in a journal: started again
 * after whatever, a batch does only what is missing.
 * @example
 * const batch = await Batch.open('runs/abui-…/model', ['archive'], { formats: ['eaf'], out: 'drafts' });
 * for await (const item of batch.run(await batch.plan())) console.log('reason' in item ? item.reason : item.files);
 * console.log(batch.summary);
 * await batch.close();
 */
export class Batch {
  /** Whether transcripts are written to files, and not only handed over. */
  readonly writes: boolean;
  private readonly parts: ModelParts;
  private readonly places: Places;
  private readonly options: BatchOptions;
  private readonly by: string;
  private readonly tally = new Tally();
  private journal: { file: string; entries: Map<string, Entry> } | undefined;
  private writer: JournalWriter | undefined;
  private model: Model | undefined;
  private told: (seconds: number) => void = () => {};

  private constructor(parts: ModelParts, places: Places, options: BatchOptions, by: string) {
    [this.parts, this.places, this.options, this.by] = [parts, places, options, by];
    this.writes = writesFiles(options);
  }

  /**
   * @param modelFolder as `transcribe` takes it
   * @param paths files, folders, patterns; `-` is sound on standard input
   * @throws InputError when the model is none, or nothing is named
   */
  static async open(modelFolder: string, paths: readonly string[], options: BatchOptions): Promise<Batch> {
    const { progress, signal } = options;
    await checkNamed({ ...options, paths });
    const parts = await readModel(modelFolder, { progress, signal });
    const by = soundBy(await modelHash(parts), options);
    return new Batch(parts, await placesOf({ ...options, paths }), options, by);
  }

  /**
   * Looks for recordings, and compares them with what is written.
   * @param accept of those that are there, which may be taken now; then none may be there, too
   * @throws InputError when a path doesn't exist, there is nothing to transcribe, or two would go to one file
   */
  async plan(accept?: (recordings: string[]) => Promise<string[]>): Promise<Plan> {
    const { out, into, formats, overwrite = false, retryFailed = false, shard, signal } = this.options;
    const found = await recordingsAt(this.places.paths, { signal, none: accept !== undefined });
    this.checkStandardInput();
    const journal = await this.openJournal(found);
    const nameOf = namesFrom(path.dirname(journal?.file ?? '.'));
    const own = shard ? found.filter((recording) => inShard(nameOf(recording), shard)) : found;
    const recordings = accept ? await accept(own) : own;
    // What a file is called depends on its neighbours, also on those that are not taken now.
    const all = !this.writes
      ? new Map<string, Target[]>()
      : into === undefined
        ? targetsOf(this.places.named, found, formats, out)
        : intoOne(into, recordings);
    const targets = new Map(recordings.map((recording) => [recording, all.get(recording) ?? []]));
    const entries = journal?.entries ?? new Map<string, Entry>();
    return planOf(targets, { by: this.by, overwrite, retryFailed, entries, nameOf }, signal);
  }

  /** What a plan would take, by trying the model on some of its sound. */
  async estimate(plan: Plan): Promise<Estimate> {
    return estimateOf(plan, () => this.loaded(), this.options);
  }

  /**
   * Does what is planned: a transcript for each recording, or why there is none.
   * @throws WorkError when another process works with the same journal, or the disk is full
   */
  async *run(plan: Plan): AsyncGenerator<WrittenTranscript | SetAside> {
    const { progress, signal } = this.options;
    this.tally.planned(plan);
    yield* [...plan.inTheWay, ...plan.failedBefore].map((item) => this.counted(item));
    if (plan.jobs.length === 0) return;
    await this.begin(plan);
    const items = this.options.queue === undefined ? this.heardHere(plan.jobs) : this.heardElsewhere(plan.jobs);
    const task = (progress ?? silent)('transcribe', plan.jobs.length, 'recordings');
    for await (const { result } of prefetch(this.transcripts(items, task), WRITTEN_BEHIND, (one) =>
      settle(
        one,
        this.writer && { writer: this.writer, by: this.by, nameOf: namesFrom(path.dirname(this.journal!.file)) },
      ),
    )) {
      signal?.throwIfAborted();
      for (const item of result) yield this.counted(item);
    }
    task.done();
    const { recordings, seconds, elapsed, failed } = this.summary;
    await this.writer?.append({ state: 'ended', by: this.by, recordings, seconds, elapsed, failed });
  }

  /** What came of it so far. */
  get summary(): BatchSummary {
    return { ...this.tally.summary, ...(this.journal ? { journal: this.journal.file } : {}) };
  }

  async close(): Promise<void> {
    await this.writer?.close();
    await this.model?.release();
    await this.places.release();
  }

  private async *transcripts(items: AsyncIterable<Heard>, task: Task): AsyncGenerator<Heard & { language: string }> {
    this.told = (seconds) => task.note(this.tally.hear(seconds));
    for await (const item of items) {
      task.advance();
      yield { ...item, language: this.parts.about.language };
    }
  }

  private async *heardHere(jobs: readonly Job[]): AsyncGenerator<Heard> {
    const model = await this.loaded();
    this.tally.begin();
    const files = jobs.map(({ recording }) => recording);
    const { signal } = this.options;
    const waiting = jobs.values();
    const onHeard = (seconds: number): void => this.told(seconds);
    for await (const item of transcribePieces(model, piecesOf(files, this.options, signal), { signal, onHeard }))
      yield { job: waiting.next().value!, item };
  }

  private async *heardElsewhere(jobs: readonly Job[]): AsyncGenerator<Heard> {
    this.tally.begin();
    for await (const heard of transcribedByQueue(this.options.queue!, this.by, jobs, this.options)) {
      if ('seconds' in heard.item) this.told(heard.item.seconds);
      yield heard;
    }
  }

  private counted(item: WrittenTranscript | SetAside): WrittenTranscript | SetAside {
    this.tally.count(item);
    const { standardInput } = this.places;
    return 'file' in item && item.file === standardInput ? { ...item, file: STANDARD_INPUT } : item;
  }

  private async begin(plan: Plan): Promise<void> {
    const folders = new Set(plan.jobs.flatMap(({ targets }) => targets.map(({ file }) => path.dirname(file))));
    for (const folder of folders) await sweepLeftovers(folder);
    if (!this.journal || this.writer) return;
    this.writer = await JournalWriter.open(this.journal.file, this.journal.entries);
    const { device, threads } = await chooseMachine(this.options);
    await this.writer.append({
      ...{ state: 'begun', isogloss: versions().isogloss, model: this.parts.about.name, by: this.by },
      ...{ recordings: plan.jobs.length, device, threads },
    });
  }

  private async loaded(): Promise<Model> {
    const { device, threads } = this.options;
    return (this.model ??= await onMachine({ device, threads }, () => Model.assemble(this.parts, { beside: true })));
  }

  /** There is one of an archive, and where somebody asks for it. */
  private async openJournal(found: readonly string[]): Promise<Batch['journal']> {
    const { out, into, journal, shard } = this.options;
    if (this.journal || !this.writes || into !== undefined) return this.journal;
    const [first = '.'] = this.places.named;
    const alone = found.length === 1 && found[0] === this.places.paths[0];
    if (journal === undefined && alone && !shard) return undefined;
    const name = shard ? journalOfShard(shard.index, shard.count) : JOURNAL_FILE;
    const beside = found.includes(first) || !this.places.named.length ? path.dirname(first) : first;
    const file = path.resolve(journal ?? path.join(out ?? beside, name));
    return (this.journal = { file, entries: await readJournals(await journalsBeside(file)) });
  }

  private checkStandardInput(): void {
    const { standardInput } = this.places;
    if (standardInput === undefined || !this.writes || this.options.out !== undefined || this.options.into) return;
    throw new InputError('standard input lies in no folder', 'Name one with --out, or a file with --into.');
  }
}

interface Heard {
  job: Job;
  item: Transcript | SetAside;
}

const writesFiles = ({ formats, out, into }: BatchOptions): boolean =>
  out !== undefined || into !== undefined || !['txt', 'jsonl'].includes(formats.join());

function intoOne(into: string, recordings: readonly string[]): Map<string, Target[]> {
  if (recordings.length !== 1)
    throw new InputError(
      `--into is for one recording, and here are ${recordings.length}`,
      'Leave --into out: tiers go into the files of the same names beside the recordings.',
      { file: into },
    );
  return new Map([[recordings[0]!, [{ format: tieredFormatOf(into), file: into }]]]);
}
