import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Engine } from './engine.ts';
import type { Places } from './places.ts';

/** What a service counts for Prometheus, beside what Node says of the process. */
export class Metrics {
  readonly registry = new Registry();
  private readonly sound = this.counter('isogloss_sound_seconds_total', 'Sound that was computed', ['model']);
  private readonly compute = this.counter('isogloss_compute_seconds_total', 'Time that it took', ['model']);
  private readonly requests = new Histogram({
    name: 'isogloss_request_seconds',
    help: 'From a request to the end of its answer',
    labelNames: ['route', 'status'],
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers: [this.registry],
  });
  private readonly stretches = new Histogram({
    name: 'isogloss_batch_stretches',
    help: 'Stretches of sound computed side by side',
    labelNames: ['model'],
    buckets: [1, 2, 4, 8, 16, 32],
    registers: [this.registry],
  });

  constructor(places: Places) {
    collectDefaultMetrics({ register: this.registry });
    const { registry } = this;
    new Gauge({
      name: 'isogloss_in_work',
      help: 'Recordings and live streams in work',
      registers: [registry],
      collect() {
        this.set(places.inWork);
      },
    });
  }

  watch(model: string, engine: Engine): void {
    engine.onBatch = ({ stretches, soundSeconds, seconds }) => {
      this.stretches.observe({ model }, stretches);
      this.sound.inc({ model }, soundSeconds);
      this.compute.inc({ model }, seconds);
    };
  }

  answered(route: string, status: number, seconds: number): void {
    this.requests.observe({ route, status }, seconds);
  }

  private counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }
}
