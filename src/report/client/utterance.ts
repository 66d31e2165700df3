import { el, percent } from './dom.ts';
import type { Payload, Side } from './payload.ts';
import type { Player } from './player.ts';
import type { Selector } from './select.ts';

/** Words below this confidence are marked. */
const UNSURE = 0.5;

/** One utterance: what is known of it, its words side by side, and its sound where the page has that. */
export function utteranceItem(
  payload: Payload,
  selector: Selector,
  player: Player,
  peaks: ReadonlyMap<number, number[]>,
  index: number,
): HTMLLIElement {
  const { ids, sides, seconds, speakers, snr } = payload.utterances;
  const facts: string[] = [];
  if (seconds?.[index] != null) facts.push(`${seconds[index].toFixed(1)} s`);
  if (speakers && speakers.of[index]! >= 0) facts.push(speakers.names[speakers.of[index]!]!);
  if (snr?.[index] != null) facts.push(`SNR ${snr[index].toFixed(0)} dB`);
  const about = el(
    'div',
    { class: 'about' },
    el('code', {}, ids[index]!),
    ...(sides.length === 1 ? [gauge(selector.cer(index))] : []),
    ...facts.map((fact) => el('span', {}, fact)),
  );
  const item = el('li', { tabindex: '-1' }, about);
  item.dataset.index = String(index);
  sides.forEach((side, s) => {
    const words = el('span', { lang: payload.language, dir: 'auto' }, ...alignedWords(payload, side, index));
    item.append(
      sides.length === 1
        ? el('p', { class: 'words' }, words)
        : el(
            'p',
            { class: 'words compared' },
            el('span', { class: `side side-${s}`, title: side.name }, side.name),
            gauge(selector.cer(index, s)),
            words,
          ),
    );
  });
  const waveform = peaks.get(index);
  const times = timesOf(sides.at(-1)!, index);
  if (waveform) {
    const spoken: HTMLElement[] = [];
    const { element, under } = player.controls(ids[index]!, index, waveform, seconds?.[index] ?? undefined, (now) =>
      times?.forEach(([, start, end], i) => spoken[i]?.classList.toggle('now', now >= start && now < end)),
    );
    const length = seconds?.[index];
    if (times && length)
      spoken.push(...times.map((word) => timedWord(word, length, () => player.seekIn(index, word[1]))));
    under.append(...spoken);
    item.append(element);
  } else if (times)
    item.append(
      el(
        'p',
        { class: 'note times' },
        times
          .map(
            ([text, start, end, sure]) =>
              `${text} ${start.toFixed(2)}–${end.toFixed(2)}${sure === null ? '' : ` (${percent(sure, 0)})`}`,
          )
          .join(' · '),
      ),
    );
  return item;
}

type WordTuple = [text: string, start: number, end: number, confidence: number | null];

const timeMaps = new WeakMap<Side, Map<number, WordTuple[]>>();

function timesOf(side: Side, index: number): WordTuple[] | undefined {
  const known = timeMaps.get(side) ?? new Map(side.times);
  timeMaps.set(side, known);
  return known.get(index);
}

/** A word under the waveform, where it was heard. */
function timedWord([text, start, end, sure]: WordTuple, length: number, seek: () => void): HTMLElement {
  const confidence = sure === null ? '' : `, confidence ${percent(sure, 0)}`;
  const says = `${text}: ${start.toFixed(2)}–${end.toFixed(2)} s${confidence}`;
  const word = el(
    'button',
    {
      type: 'button',
      class: sure !== null && sure < UNSURE ? 'unsure' : '',
      tabindex: '-1',
      title: says,
      'aria-label': says,
    },
    text,
  );
  word.style.left = `${((100 * start) / length).toFixed(2)}%`;
  word.style.width = `${((100 * (end - start)) / length).toFixed(2)}%`;
  word.addEventListener('click', seek);
  return word;
}

/** CER with a bar as long. */
function gauge(cer: number): HTMLElement {
  const bar = el('i');
  bar.style.width = `${Math.min(100, 100 * cer).toFixed(0)}%`;
  return el(
    'span',
    { class: 'gauge' },
    el('span', { class: 'gauge-bar', 'aria-hidden': 'true' }, bar),
    `CER ${percent(cer, 0)}`,
  );
}

/** Reference and hypothesis in one line: what was said is struck out, what was written instead stands behind it. */
function alignedWords(payload: Payload, side: Side, index: number): (Node | string)[] {
  const [said, written] = [payload.utterances.references[index]!, side.hypotheses[index]!].map((text) =>
    text.split(' ').filter((word) => word !== ''),
  );
  const times = timesOf(side, index);
  let [r, h] = [0, 0];
  return [...side.words[index]!].flatMap((step) => {
    const reference = step === 'i' ? '' : said![r++]!;
    const at = step === 'd' ? -1 : h++;
    const hypothesis = at < 0 ? '' : written![at]!;
    const confidence = times?.length === written!.length && at >= 0 ? times[at]![3] : null;
    const kind = { '=': 'equal', s: 'substitute', d: 'delete', i: 'insert' }[step]!;
    const word = el('span', {
      class: `word ${kind}${confidence !== null && confidence < UNSURE ? ' unsure' : ''}`,
      ...(confidence === null ? {} : { title: `confidence ${percent(confidence, 0)}` }),
    });
    if (step === '=') word.append(reference);
    else
      word.append(
        ...(reference ? [el('del', {}, reference)] : []),
        ...(reference && hypothesis ? [' '] : []),
        ...(hypothesis ? [el('ins', {}, hypothesis)] : []),
      );
    return [word, ' '];
  });
}
