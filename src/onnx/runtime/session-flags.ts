/**
 * Places in the memory that a session's thread and its owner both see: 1 when nothing more is to be computed, and 1
 * while something is.
 */
export const [STOP, BUSY] = [0, 1];
