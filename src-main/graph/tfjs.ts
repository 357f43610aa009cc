/**
 * @file The types of TensorFlow.js that an op's `evaluate` is written in. Types alone: the graph never loads the
 * package, the engine that runs a program hands over whichever build of it is installed.
 */

import type * as core from '@tensorflow/tfjs-core';

/** TensorFlow.js's functions (https://js.tensorflow.org/api/latest/), without chained methods: `tf.add(a, b)`. */
export type Tf = typeof core;
/** A value in TensorFlow.js. */
export type TfTensor = core.Tensor;
