import { existsSync } from 'node:fs';
import { sharedEncoder } from '../model/read-model.ts';
import type { MachineChoice } from '../onnx/runtime/machine.ts';
import { InputError } from '../support/errors.ts';
import { Engine } from './engine.ts';
import { Refusal } from './refusal.ts';

/** The models of a service, by the names that requests call them by. */
export class Models {
  private readonly engines: Map<string, Engine>;
  /** Seconds since 1970. */
  private readonly since = Math.floor(Date.now() / 1000);

  private constructor(engines: Map<string, Engine>) {
    this.engines = engines;
  }

  /**
   * @param named folders of runs, model folders, or models on the Hub; `NAME=FOLDER` gives one another name than its
   * own
   * @throws InputError when one is no model, or two have one name
   */
  static async open(named: readonly string[], machine: MachineChoice): Promise<Models> {
    const wanted = named.map(nameIn);
    const opened: Engine[] = [];
    const engines = new Map<string, Engine>();
    try {
      for (const places of await byEncoder(wanted.map(({ model }) => model))) {
        const models = places.map((place) => wanted[place]!.model);
        for (const [i, engine] of (await Engine.open(models, machine)).entries()) opened[places[i]!] = engine;
      }
      for (const [place, { name, model }] of wanted.entries()) {
        const engine = opened[place]!;
        const called = name ?? engine.about.name;
        if (engines.has(called))
          throw new InputError(`two models are called ${called}`, `Name one of them: other=${model}`, { file: model });
        engines.set(called, engine);
      }
    } catch (error) {
      await Promise.all(opened.map((engine) => engine.release()));
      throw error;
    }
    return new Models(engines);
  }

  get all(): ReadonlyMap<string, Engine> {
    return this.engines;
  }

  /** @throws Refusal 404, or 400 where a name has to be said */
  get(name: string | undefined): { name: string; engine: Engine } {
    const names = [...this.engines.keys()];
    if (name === undefined && names.length > 1)
      throw new Refusal(400, 'missing_model', `which model? There are ${names.join(', ')}`, { param: 'model' });
    const called = name ?? names[0]!;
    const engine = this.engines.get(called);
    if (engine) return { name: called, engine };
    throw new Refusal(404, 'model_not_found', `there is no model ${called}; there are ${names.join(', ')}`, {
      param: 'model',
    });
  }

  /** As OpenAI's service lists its own. */
  list() {
    const data = [...this.engines].map(([id, { about }]) => ({
      ...{ id, object: 'model', created: this.since, owned_by: 'isogloss' },
      ...{ name: about.name, language: about.language, encoder: about.encoder.name },
    }));
    return { object: 'list', data };
  }

  async release(): Promise<void> {
    await Promise.all([...this.engines.values()].map((engine) => engine.release()));
  }
}

/** What exists under the whole name is a folder. */
function nameIn(text: string): { name?: string; model: string } {
  const [, name, model] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
  return name === undefined || model === undefined || existsSync(text) ? { model: text } : { name, model };
}

/** Places of models, those together that share an encoder. */
async function byEncoder(models: readonly string[]): Promise<number[][]> {
  const groups = new Map<string | number, number[]>();
  for (const [place, model] of models.entries()) {
    const encoder = (await sharedEncoder(model)) ?? place;
    groups.set(encoder, [...(groups.get(encoder) ?? []), place]);
  }
  return [...groups.values()];
}
