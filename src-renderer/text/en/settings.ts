/** @file The texts of the settings screen. */

export const settings = {
  title: 'Settings',
  author: 'Your name',
  authorHint: 'Stands beside every label you give.',
  theme: 'Appearance',
  themes: { dark: 'Dark', light: 'Light', system: 'As the system' },
  devices: 'This computer',
  checkAgain: 'Check again',
  checking: 'Checking which processors can train. This can take a minute.',
  ready: 'Ready',
  absent: 'Not available',
  passed: (time: string) => `Passed its self-check; a small training step took ${time}.`,
  about: 'About',
  research: 'Pretext is for research. It is not a medical device and must not be used for diagnosis or treatment.',
  offline:
    'Pretext opens no network connection. Names and identifiers of patients stay in their files; a project knows pseudonyms.',
  versions: (version: string, electron: string) => `Pretext ${version}, Electron ${electron}`,
};
