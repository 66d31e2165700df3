import { writeSrt } from '../../formats/srt.ts';
import type { TranscriptSegment } from '../../transcribe/continuous-decoder.ts';
import type { WebModel } from './messages.ts';
import { Recogniser } from './recogniser.ts';
import { listen, samplesOf } from './sound.ts';

const find = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const [status, progress, said, player] = [
  find('status'),
  find<HTMLProgressElement>('progress'),
  find('said'),
  find<HTMLAudioElement>('player'),
];
const [chooser, speaker] = [find<HTMLInputElement>('file'), find<HTMLButtonElement>('speak')];
const model = JSON.parse(find('model').textContent) as WebModel;
let recogniser: Recogniser;
let segments: TranscriptSegment[] = [];
let called = model.name;
let stop: (() => Promise<void>) | undefined;

void start();

async function start(): Promise<void> {
  await attempt(async () => {
    tell('Loading the model…', 0);
    recogniser = await Recogniser.load(model, (share) => tell('Loading the model…', share));
    tell('Ready.');
  });
  chooser.onchange = () => chooser.files?.[0] && void attempt(() => transcribe(chooser.files![0]!));
  speaker.onclick = () => void (stop ? finish() : attempt(speak));
  find('copy').onclick = () => void navigator.clipboard.writeText(text());
  find('text').onclick = () => save('txt', `${text()}\n`);
  find('subtitles').onclick = () => save('srt', writeSrt({ file: called, seconds: 0, segments }).content);
  document.ondragover = (event) => event.preventDefault();
  document.ondrop = (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file && !chooser.disabled) void attempt(() => transcribe(file));
  };
}

async function transcribe(file: File): Promise<void> {
  clear(file.name.replace(/\.[^.]*$/, ''));
  player.src = URL.createObjectURL(file);
  player.hidden = false;
  tell('Reading the recording…');
  const samples = await samplesOf(file);
  const seconds = samples.length / 16_000;
  const done = recogniser.begin('recording', show, (heard) => tell('Listening…', heard / seconds));
  recogniser.send(samples);
  recogniser.end();
  await done;
  tell(segments.length > 0 ? 'Done.' : 'Nothing was said in it.');
}

async function speak(): Promise<void> {
  clear('speech');
  player.hidden = true;
  const done = recogniser.begin('live', show, () => {});
  const close = await listen((samples) => recogniser.send(samples)).catch((error: unknown) => {
    recogniser.end();
    throw error;
  });
  stop = close;
  speaker.disabled = false;
  speaker.textContent = 'Stop';
  tell('Speak now. What you say appears at each pause.');
  await done;
  tell('Done.');
}

async function finish(): Promise<void> {
  await stop!();
  stop = undefined;
  speaker.textContent = 'Speak';
  speaker.disabled = true;
  recogniser.end();
}

/** One thing at a time; what goes wrong is told. */
async function attempt(work: () => Promise<void>): Promise<void> {
  chooser.disabled = speaker.disabled = true;
  document.documentElement.removeAttribute('data-ready');
  try {
    await work();
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
  }
  chooser.disabled = speaker.disabled = false;
  chooser.value = '';
  document.documentElement.setAttribute('data-ready', '');
}

function show(segment: TranscriptSegment): void {
  segments.push(segment);
  const item = document.createElement('li');
  const time = document.createElement('button');
  time.textContent = clock(segment.start);
  time.disabled = player.hidden;
  time.title = 'Play from here';
  time.onclick = () => {
    player.currentTime = segment.start;
    void player.play();
  };
  const words = document.createElement('span');
  words.lang = model.language;
  words.dir = 'auto';
  for (const word of segment.words) {
    const one = document.createElement('span');
    one.textContent = word.text;
    one.title = `${clock(word.start)} – ${clock(word.end)}, ${Math.round(100 * word.confidence)} % sure`;
    words.append(words.childNodes.length > 0 ? ' ' : '', one);
  }
  item.append(time, words);
  said.append(item);
  find('results').hidden = false;
}

function clear(name: string): void {
  [segments, called] = [[], name];
  said.replaceChildren();
  find('results').hidden = true;
}

function tell(what: string, share?: number): void {
  status.textContent = what;
  progress.hidden = share === undefined;
  progress.value = share ?? 0;
}

const text = (): string => segments.map((segment) => segment.text).join('\n');

function save(ending: string, content: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type: 'text/plain' }));
  link.download = `${called}.${ending}`;
  link.click();
}

function clock(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const [minutes, rest] = [Math.floor(tenths / 600), (tenths % 600) / 10];
  return `${minutes}:${rest.toFixed(1).padStart(4, '0')}`;
}
