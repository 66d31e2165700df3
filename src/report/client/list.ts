import { count, el, percent, tokenName } from './dom.ts';
import type { Payload } from './payload.ts';
import { Player } from './player.ts';
import { Selector, type Query, type Sort } from './select.ts';
import { utteranceItem } from './utterance.ts';

const PAGE = 50;

type Filter = Pick<Query, 'confusion' | 'seconds' | 'snr' | 'outcome'>;

/** The utterances: found, filtered, sorted, a page at a time, so that 100,000 are as light as a hundred. */
export class UtteranceList {
  private readonly payload: Payload;
  private readonly selector: Selector;
  private readonly player = new Player();
  private readonly peaks: ReadonlyMap<number, number[]>;
  private readonly items = el('ol', { class: 'utterances' });
  private readonly summary = el('p', { class: 'note', role: 'status' });
  private readonly chips = el('span', { class: 'chips' });
  private readonly pagers: {
    element: HTMLElement;
    back: HTMLButtonElement;
    on: HTMLButtonElement;
    where: HTMLElement;
  }[];
  private readonly search: HTMLInputElement;
  private readonly speaker: HTMLSelectElement | undefined;
  private query: Query;
  private found: Uint32Array = new Uint32Array();
  private page = 0;
  private selected = -1;

  constructor(place: HTMLElement, payload: Payload) {
    this.payload = payload;
    this.selector = new Selector(payload);
    this.peaks = new Map(payload.utterances.waveforms);
    const compares = payload.utterances.sides.length > 1;
    this.query = { sort: compares ? 'change' : 'cer', descending: !compares };
    this.pagers = [this.pager(), this.pager()];
    this.search = el('input', {
      type: 'search',
      placeholder: 'Search words or names',
      'aria-label': 'Search',
      'aria-keyshortcuts': '/',
    });
    this.search.addEventListener('input', () => this.ask({ text: this.search.value.trim() }));
    this.speaker = this.speakerSelect();
    place.append(this.controls(compares), this.summary, this.pagers[0]!.element, this.items, this.pagers[1]!.element);
    this.items.addEventListener('click', (event) => {
      const item = (event.target as HTMLElement).closest('li');
      if (item) this.mark([...this.items.children].indexOf(item));
    });
    this.ask({});
  }

  /** Shows the utterances that something elsewhere on the page stands for. */
  filter(filter: Filter & { speaker?: string }): void {
    if (filter.speaker !== undefined && this.speaker) this.speaker.value = filter.speaker;
    this.ask(filter);
    this.items.closest('section')!.scrollIntoView();
  }

  focusSearch(): void {
    this.search.focus();
    this.search.select();
  }

  /** To the next or the one before, over the page's edge too. */
  move(by: number): void {
    const next = this.page * PAGE + this.selected + by;
    if (next < 0 || next >= this.found.length) return;
    if (Math.floor(next / PAGE) !== this.page) this.turnTo(Math.floor(next / PAGE));
    this.mark(next % PAGE);
    this.items.children[this.selected]!.scrollIntoView({ block: 'nearest' });
    (this.items.children[this.selected] as HTMLElement).focus({ preventScroll: true });
  }

  turn(by: number): void {
    const pages = Math.ceil(this.found.length / PAGE);
    if (this.page + by < 0 || this.page + by >= pages) return;
    this.turnTo(this.page + by);
    this.items.closest('section')!.scrollIntoView();
  }

  /** Plays the selected recording, or the first of the page that has sound. */
  play(): void {
    if (this.selected < 0)
      this.mark(
        Math.max(
          0,
          [...this.items.children].findIndex((item) => this.player.has(Number((item as HTMLElement).dataset.index))),
        ),
      );
    const item = this.items.children[this.selected] as HTMLElement | undefined;
    if (item) this.player.toggle(Number(item.dataset.index));
  }

  step(by: number): void {
    this.player.step(by);
  }

  private ask(change: Partial<Query>): void {
    this.query = { ...this.query, ...change };
    this.found = this.selector.select(this.query);
    this.turnTo(0);
    this.summary.textContent = this.summaryText();
    this.showChips();
  }

  private summaryText(): string {
    const { tokens, sides, ids } = this.payload.utterances;
    const total = this.found.reduce((sum, i) => sum + tokens[i]!, 0);
    const rates = sides.map((side) =>
      total > 0 ? percent(this.found.reduce((sum, i) => sum + side.errors[i]!, 0) / total) : '–',
    );
    const shown =
      this.found.length === ids.length
        ? `All ${count(ids.length)} utterances`
        : `${count(this.found.length)} of ${count(ids.length)} utterances`;
    return this.found.length === 0 ? 'No utterance is like that.' : `${shown}; CER of these ${rates.join(' and ')}`;
  }

  private turnTo(page: number): void {
    this.page = page;
    this.selected = -1;
    this.player.clear();
    const [from, to] = [page * PAGE, Math.min(this.found.length, (page + 1) * PAGE)];
    this.items.start = from + 1;
    this.items.replaceChildren(
      ...Array.from(this.found.subarray(from, to), (index) =>
        utteranceItem(this.payload, this.selector, this.player, this.peaks, index),
      ),
    );
    for (const pager of this.pagers) {
      pager.element.hidden = this.found.length <= PAGE;
      pager.back.disabled = page === 0;
      pager.on.disabled = to >= this.found.length;
      pager.where.textContent = `${count(from + 1)}–${count(to)} of ${count(this.found.length)}`;
    }
  }

  private mark(position: number): void {
    this.items.children[this.selected]?.removeAttribute('aria-current');
    this.selected = position;
    this.items.children[position]?.setAttribute('aria-current', 'true');
  }

  private controls(compares: boolean): HTMLElement {
    const { utterances, tokens } = this.payload;
    const errorsOnly = this.box('with errors', (on) => this.ask({ errorsOnly: on }));
    const audioOnly =
      utterances.waveforms.length > 0 && utterances.waveforms.length < utterances.ids.length
        ? [this.box('with sound', (on) => this.ask({ audioOnly: on }))]
        : [];
    const sorts: [Sort, string, boolean][] = [
      ...(compares
        ? ([
            ['change', 'most improved', false],
            ['change', 'most worsened', true],
          ] as [Sort, string, boolean][])
        : []),
      ['cer', 'highest CER', true],
      ['cer', 'lowest CER', false],
      ['errors', 'most errors', true],
      ['length', 'longest', true],
      ['length', 'shortest', false],
      ...(utterances.snr ? ([['snr', 'noisiest', false]] as [Sort, string, boolean][]) : []),
      ['id', 'name', false],
    ];
    const sort = el(
      'select',
      { 'aria-label': 'Sort' },
      ...sorts.map(([, name], i) => el('option', { value: String(i) }, name)),
    );
    sort.addEventListener('change', () => {
      const [by, , descending] = sorts[Number(sort.value)]!;
      this.ask({ sort: by, descending });
    });
    const grapheme = el('input', {
      type: 'text',
      class: 'short',
      placeholder: 'any',
      list: 'graphemes',
      'aria-label': 'Has this grapheme',
      autocapitalize: 'off',
      spellcheck: 'false',
    });
    grapheme.addEventListener('input', () => this.ask({ grapheme: grapheme.value.trim() }));
    const known = el(
      'datalist',
      { id: 'graphemes' },
      ...tokens
        .slice(0, 200)
        .filter(([token]) => token !== '|')
        .map(([token]) => el('option', { value: token })),
    );
    return el(
      'div',
      { class: 'controls', role: 'search' },
      this.search,
      ...(this.speaker ? [el('label', {}, 'speaker ', this.speaker)] : []),
      el('label', {}, 'has ', grapheme, known),
      errorsOnly,
      ...audioOnly,
      el('label', {}, 'sort by ', sort),
      this.chips,
    );
  }

  private speakerSelect(): HTMLSelectElement | undefined {
    const { speakers } = this.payload.utterances;
    if (!speakers || speakers.names.length < 2) return undefined;
    const select = el(
      'select',
      { 'aria-label': 'Speaker' },
      el('option', { value: '' }, 'all'),
      ...speakers.names.map((name) => el('option', { value: name }, name)),
    );
    select.addEventListener('change', () => this.ask({ speaker: select.value }));
    return select;
  }

  private box(name: string, changed: (on: boolean) => void): HTMLElement {
    const input = el('input', { type: 'checkbox' });
    input.addEventListener('change', () => changed(input.checked));
    return el('label', {}, input, ` ${name}`);
  }

  /** What was asked for by a click elsewhere, each with a button to take it back. */
  private showChips(): void {
    const { confusion, seconds, snr, outcome } = this.query;
    const range = ([low, high]: readonly [number, number], unit: string): string =>
      low <= 0 || low === -Infinity
        ? `under ${high} ${unit}`
        : high === Infinity
          ? `${low} ${unit} or more`
          : `${low}–${high} ${unit}`;
    const kind = confusion === undefined ? undefined : this.payload.confusions[confusion]!;
    const [first, second] = this.payload.utterances.sides;
    const chips: [string | undefined, keyof Filter][] = [
      [kind && `${tokenName(kind[0])} → ${tokenName(kind[1])}`, 'confusion'],
      [seconds && range(seconds, 's'), 'seconds'],
      [snr && range(snr, 'dB'), 'snr'],
      [
        outcome &&
          {
            better: `fewer errors in ${second?.name}`,
            worse: `fewer errors in ${first!.name}`,
            same: 'as many errors in both',
          }[outcome],
        'outcome',
      ],
    ];
    this.chips.replaceChildren(
      ...chips.flatMap(([text, key]) => {
        if (text === undefined) return [];
        const chip = el('button', { type: 'button', class: 'chip', 'aria-label': `Take back: ${text}` }, `${text} ×`);
        chip.addEventListener('click', () => this.ask({ [key]: undefined }));
        return [chip];
      }),
    );
  }

  private pager(): (typeof this.pagers)[number] {
    const back = el('button', { type: 'button', 'aria-label': 'Page before' }, '‹');
    const on = el('button', { type: 'button', 'aria-label': 'Next page' }, '›');
    const where = el('span');
    back.addEventListener('click', () => this.turn(-1));
    on.addEventListener('click', () => this.turn(1));
    return { element: el('div', { class: 'pager' }, back, where, on), back, on, where };
  }
}
