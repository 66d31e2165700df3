import { chipsOf, type Filter } from './chips.ts';
import { checkbox, graphemeBox, sortSelect, speakerSelect } from './controls.ts';
import { count, el, percent } from './dom.ts';
import type { Payload } from './payload.ts';
import { Player } from './player.ts';
import { Selector, type Query } from './select.ts';
import { utteranceItem } from './utterance.ts';

const PAGE = 50;

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
    this.speaker = speakerSelect(payload, (speaker) => this.ask({ speaker }));
    place.append(this.controls(), this.summary, this.pagers[0]!.element, this.items, this.pagers[1]!.element);
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
    this.chips.replaceChildren(...chipsOf(this.query, this.payload, (key) => this.ask({ [key]: undefined })));
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

  private controls(): HTMLElement {
    const { utterances } = this.payload;
    const errorsOnly = checkbox('with errors', (on) => this.ask({ errorsOnly: on }));
    const audioOnly =
      utterances.waveforms.length > 0 && utterances.waveforms.length < utterances.ids.length
        ? [checkbox('with sound', (on) => this.ask({ audioOnly: on }))]
        : [];
    return el(
      'div',
      { class: 'controls', role: 'search' },
      this.search,
      ...(this.speaker ? [el('label', {}, 'speaker ', this.speaker)] : []),
      graphemeBox(this.payload, (grapheme) => this.ask({ grapheme })),
      errorsOnly,
      ...audioOnly,
      sortSelect(this.payload, (sort, descending) => this.ask({ sort, descending })),
      this.chips,
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
