/** @file How a concern answers its calls: one function for each channel. */

import type { Answer, Argument, Channel } from '../contract/calls.js';

/** The functions that answer the calls of one concern. */
export type Handlers<C extends Channel> = {
  readonly [K in C]: (argument: Argument<K>) => Answer<K> | Promise<Answer<K>>;
};
