/**
 * @file Pure-JavaScript TensorFlow.js, with its own gradients: an oracle for tiny shapes, far too slow for more. Not for
 * a process that loads tfjs-node: all copies of TensorFlow.js in a process share one choice of backend.
 */

import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';

export { tf };
