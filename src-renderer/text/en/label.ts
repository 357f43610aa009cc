/** @file The texts of the label screen. */

export const label = {
  title: 'Label',
};
