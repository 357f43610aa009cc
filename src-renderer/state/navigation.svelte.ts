/** @file Which screen is shown, and which run, model or image it is about. */

export type Screen =
  | 'start'
  | 'import'
  | 'explore'
  | 'pretrain'
  | 'label'
  | 'finetune'
  | 'results'
  | 'predict'
  | 'settings';

class Navigation {
  screen = $state<Screen>('start');
  /** A run, model, reading, task or image that the screen is opened for; null: the screen's own choice. */
  item = $state<string | null>(null);

  go(screen: Screen, item: string | null = null): void {
    this.screen = screen;
    this.item = item;
  }
}

export const navigation = new Navigation();
