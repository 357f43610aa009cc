/** @file The texts of the pretrain screen. */

export const pretrain = {
  title: 'Pretrain',
};
