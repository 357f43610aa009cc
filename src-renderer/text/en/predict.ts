/** @file The texts of the predict screen. */

export const predict = {
  title: 'Predict',
};
