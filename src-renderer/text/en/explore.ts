/** @file The texts of the explore screen. */

export const explore = {
  title: 'Explore',
};
