/** Numbers that isogloss's graphs bring along themselves, as `Graph` names them. */
const CONSTANT = /^constant(_|$)/;
/** Statistics of pretraining's batches. */
const STATISTICS = /\.running_(mean|var)$/;

/** Whether a stored tensor is none that training may change, though it has numbers like a weight. */
export const isFixed = (name: string): boolean => CONSTANT.test(name) || STATISTICS.test(name);
