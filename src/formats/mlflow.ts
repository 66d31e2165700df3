import { stringify } from 'yaml';
import { sha256 } from '../support/files.ts';
import type { Scalar } from './tfevents.ts';

/** A run as MLflow has it. */
export interface MlflowRun {
  /** Name of what stands together. */
  experiment: string;
  name: string;
  finished: boolean;
  /** By plain names with dots. */
  params: Record<string, unknown>;
  /** One at least. */
  metrics: readonly Scalar[];
  /** Texts by the names of their files; one at least. */
  artifacts: Record<string, string>;
}

/**
 * A run in the layout of MLflow's file store. The same run has the same folder: written again, it goes over itself.
 * https://github.com/mlflow/mlflow/blob/master/mlflow/store/tracking/file_store.py
 * @param store `file:` URL of the folder of all
 * @returns text of each file by its name in there; the run's own meta.yaml last
 */
export function mlflowFiles(store: string, run: MlflowRun): Map<string, string> {
  const { experiment, name, finished, params, metrics, artifacts } = run;
  const experiment_id = String(BigInt(`0x${sha256(experiment).slice(0, 14)}`));
  const run_id = sha256(`${experiment}/${name}`).slice(0, 32);
  const times = metrics.map(({ time }) => milliseconds(time));
  const [start_time, last] = [Math.min(...times), Math.max(...times)];
  const folder = `${experiment_id}/${run_id}`;
  const common = { experiment_id, lifecycle_stage: 'active' };
  const group = { ...common, name: experiment, artifact_location: `${store}/${experiment_id}` };
  const files = new Map([
    [`${experiment_id}/meta.yaml`, yaml({ ...group, creation_time: start_time })],
    [`${folder}/tags/mlflow.runName`, name],
    ...Object.entries(params).map(([key, value]) => [`${folder}/params/${key}`, inOneLine(value)] as const),
    ...Object.entries(artifacts).map(([file, text]) => [`${folder}/artifacts/${file}`, text] as const),
  ]);
  for (const { tag, step, value, time } of metrics) {
    const file = `${folder}/metrics/${tag}`;
    files.set(file, `${files.get(file) ?? ''}${milliseconds(time)} ${value} ${step}\n`);
  }
  // 3 is finished, 1 is at work.
  const state = finished ? { status: 3, end_time: last } : { status: 1, end_time: null };
  const own = { run_id, run_name: name, user_id: '', artifact_uri: `${store}/${folder}/artifacts`, start_time };
  return files.set(`${folder}/meta.yaml`, yaml({ ...common, ...own, ...state }));
}

const milliseconds = (seconds: number): number => Math.round(1000 * seconds);

/** MLflow reads YAML 1.1, where `yes` and `0123` are no strings. */
const yaml = (value: object): string => stringify(value, { version: '1.1', lineWidth: 0 });

const inOneLine = (value: unknown): string =>
  typeof value === 'string' && !/[\r\n]/.test(value) ? value : JSON.stringify(value);
