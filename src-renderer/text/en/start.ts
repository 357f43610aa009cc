/** @file The texts of the first screen: projects. */

export const start = {
  title: 'From unlabelled scans to a trained model, on this computer',
  lead: 'Pretext learns from the pixels of your studies alone, then needs only a few labels from you. No image, name or result leaves this computer.',
  newProject: 'New project',
  newProjectHint:
    'Choose an empty folder. Everything about the project is kept there: copy it, back it up, open it elsewhere.',
  chooseNew: 'Choose a folder for the new project',
  openProject: 'Open a project',
  chooseOpen: 'Choose the folder of a project',
  recent: 'Recent projects',
  none: 'None yet. Make a new project; a sample study to try it with is offered next.',
  missing: 'not found',
  opened: (time: string) => `opened ${time}`,
  open: 'Open',
  forget: (name: string) => `Remove ${name} from this list`,
  closeProject: 'Close the project',
  steps: 'The way of a study',
};
