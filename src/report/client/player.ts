import { colour, el, onTheme } from './dom.ts';
import { audioOf } from './load.ts';

interface Wave {
  index: number;
  peaks: readonly number[];
  seconds: number;
  canvas: HTMLCanvasElement;
  button: HTMLButtonElement;
  clock: HTMLElement;
  /** Told of the time as it plays, in seconds; NaN when another plays. */
  onTime: (seconds: number) => void;
}

/** One player for the whole page: a recording is decoded when it is first played, and only one plays at a time. */
export class Player {
  private readonly audio = new Audio();
  private current: Wave | undefined;
  private readonly drawn = new Set<Wave>();

  constructor() {
    this.audio.addEventListener('play', () => this.follow());
    for (const event of ['pause', 'ended', 'seeked', 'loadedmetadata'])
      this.audio.addEventListener(event, () => this.show());
    onTheme(() => this.drawn.forEach((wave) => this.paint(wave)));
    addEventListener('resize', () => this.drawn.forEach((wave) => this.paint(wave)));
  }

  /** Button, waveform to click into, and clock of a recording. */
  controls(
    id: string,
    index: number,
    peaks: readonly number[],
    seconds: number | undefined,
    onTime: Wave['onTime'],
  ): { element: HTMLElement; under: HTMLElement } {
    const button = el('button', { type: 'button', class: 'play', 'aria-label': `Play ${id}` }, '▶');
    const canvas = el('canvas', {
      class: 'wave',
      role: 'slider',
      tabindex: '0',
      'aria-label': `Place in ${id}, seconds`,
      'aria-valuemin': '0',
      'aria-valuenow': '0',
      'aria-valuemax': String(seconds ?? 0),
    });
    const clock = el('span', { class: 'clock' });
    const under = el('div', { class: 'under' });
    const wave: Wave = { index, peaks, seconds: seconds ?? 0, canvas, button, clock, onTime };
    this.drawn.add(wave);
    button.addEventListener('click', () => this.toggle(index));
    canvas.addEventListener('click', (event) => this.seek(wave, (event.offsetX / canvas.clientWidth) * wave.seconds));
    canvas.addEventListener('keydown', (event) => {
      const by = { ArrowLeft: -0.5, ArrowRight: 0.5 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      this.seek(wave, this.timeOf(wave) + by, false);
    });
    // Painted when the page has given it a width.
    requestAnimationFrame(() => this.paint(wave));
    return {
      element: el('div', { class: 'player' }, button, el('div', { class: 'wave-and-words' }, canvas, under), clock),
      under,
    };
  }

  /** Forgets the waveforms of a list that is about to be replaced. */
  clear(): void {
    this.audio.pause();
    this.current = undefined;
    this.drawn.clear();
  }

  has(index: number): boolean {
    return [...this.drawn].some((wave) => wave.index === index);
  }

  toggle(index: number): void {
    const wave = [...this.drawn].find((w) => w.index === index);
    if (!wave) return;
    if (this.current === wave && !this.audio.paused) this.audio.pause();
    else this.seek(wave, this.current === wave && !this.audio.ended ? this.audio.currentTime : 0);
  }

  seekIn(index: number, seconds: number): void {
    const wave = [...this.drawn].find((w) => w.index === index);
    if (wave) this.seek(wave, seconds);
  }

  /** Half a second back or on in what plays. */
  step(by: number): void {
    if (this.current) this.seek(this.current, this.audio.currentTime + by, !this.audio.paused);
  }

  private seek(wave: Wave, seconds: number, play = true): void {
    if (this.current !== wave) {
      const before = this.current;
      this.audio.pause();
      this.current = wave;
      if (before) this.reset(before);
      this.audio.src = audioOf(wave.index) ?? '';
    }
    this.audio.currentTime = Math.max(0, wave.seconds > 0 ? Math.min(seconds, wave.seconds) : seconds);
    // A browser may refuse to play before the first click: then it stays where it is.
    if (play) this.audio.play().catch(() => this.show());
    else this.show();
  }

  private reset(wave: Wave): void {
    wave.button.textContent = '▶';
    wave.onTime(NaN);
    this.paint(wave);
  }

  private follow(): void {
    this.show();
    if (!this.audio.paused) requestAnimationFrame(() => this.follow());
  }

  private show(): void {
    const wave = this.current;
    if (!wave) return;
    if (wave.seconds === 0 && Number.isFinite(this.audio.duration)) wave.seconds = this.audio.duration;
    const seconds = this.timeOf(wave);
    wave.button.textContent = this.audio.paused ? '▶' : '❚❚';
    wave.canvas.setAttribute('aria-valuenow', seconds.toFixed(1));
    wave.canvas.setAttribute('aria-valuemax', wave.seconds.toFixed(1));
    wave.onTime(this.audio.ended ? NaN : seconds);
    this.paint(wave);
  }

  private timeOf(wave: Wave): number {
    return this.current === wave ? Math.min(this.audio.currentTime, wave.seconds || Infinity) : 0;
  }

  private paint(wave: Wave): void {
    const { canvas, peaks } = wave;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const context = canvas.getContext('2d');
    if (width === 0 || !context) return;
    const scale = devicePixelRatio;
    [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
    context.scale(scale, scale);
    const bars = Math.min(peaks.length, Math.floor(width / 3));
    const loudest = Math.max(0.01, ...peaks);
    const share = this.current === wave && wave.seconds > 0 ? this.timeOf(wave) / wave.seconds : 0;
    const [played, ahead] = [colour('first'), colour('faint')];
    for (let bar = 0; bar < bars; bar++) {
      const peak = Math.max(
        ...peaks.slice(Math.floor((bar * peaks.length) / bars), Math.floor(((bar + 1) * peaks.length) / bars)),
      );
      const half = Math.max(0.5, ((height / 2 - 1) * peak) / loudest);
      context.fillStyle = (bar + 0.5) / bars <= share ? played : ahead;
      context.fillRect((bar * width) / bars, height / 2 - half, Math.max(1, width / bars - 1), 2 * half);
    }
    if (share > 0 && share < 1) {
      context.fillStyle = colour('ink');
      context.fillRect(share * width - 0.5, 0, 1, height);
    }
    wave.clock.textContent = `${this.timeOf(wave).toFixed(1)} / ${wave.seconds.toFixed(1)} s`;
  }
}
