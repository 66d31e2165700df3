/** `isogloss/doctor`: what this machine has, and what is missing. */
export type { Gpu, Provider } from './devices.ts';
export { diagnoseMachine, type DiagnoseOptions, type MachineDiagnosis } from './diagnose.ts';
export type { MachineFinding } from './finding.ts';
export type { ComparedProduct } from './matrix-product.ts';
