/** What one service takes on. */
export interface Limits {
  /** Bytes of an upload. */
  bytes: number;
  /** Seconds of sound in a recording or a live stream. */
  soundSeconds: number;
  /** Seconds that a request may take, upload and answer included. */
  requestSeconds: number;
  /** Seconds in which a client that is to send something sends nothing: it has gone, though nobody was told. */
  silentSeconds: number;
  /** Recordings and live streams at the same time. */
  atOnce: number;
}

/** A long interview fits in; and a few dozen people can use a machine of two cores side by side. */
export const LIMITS: Limits = {
  bytes: 500e6,
  soundSeconds: 2 * 3600,
  requestSeconds: 15 * 60,
  silentSeconds: 60,
  atOnce: 32,
};
