/** @file The texts of the finetune screen. */

export const finetune = {
  title: 'Fine-tune',
};
