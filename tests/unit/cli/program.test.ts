/** @file The commands: parsing, wrong usage, exit codes, help. */

import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram, runCommandLine } from '../../../src-main/cli/program.js';
import type { Sinks } from '../../../src-main/cli/terminal.js';

interface Said {
  sinks: Sinks;
  out: () => string;
  err: () => string;
}

function listener(): Said {
  const said = { out: '', err: '' };
  const sinks = {
    out: {
      write: (text: string) => {
        said.out += text;
      },
    },
    err: {
      write: (text: string) => {
        said.err += text;
      },
    },
  };
  return { sinks, out: () => said.out, err: () => said.err };
}

async function pretext(...args: string[]) {
  const { sinks, out, err } = listener();
  const code = await runCommandLine(args, sinks, () => undefined);
  return { code, out: out(), err: err() };
}

/** Every command and subcommand with its full name. */
function commandsOf(command: Command, prefix = ''): { name: string; command: Command }[] {
  return command.commands.flatMap((child) => {
    const name = `${prefix}${child.name()}`;
    return [{ name, command: child }, ...commandsOf(child, `${name} `)];
  });
}

/** What the options of a command are read as, without running it. */
async function parsed(...args: string[]): Promise<Record<string, unknown>> {
  let flags: object = {};
  const program = createProgram(async (given) => {
    flags = given;
  }, listener().sinks);
  await program.parseAsync(args, { from: 'user' });
  return { ...flags };
}

const all = commandsOf(createProgram(async () => undefined, listener().sinks));

describe('help', () => {
  it('knows every command of the product', () => {
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['import', 'plan', 'pretrain', 'finetune', 'evaluate', 'predict', 'export', 'devices', 'demo', 'bench'],
        ...[
          'runs',
          'models',
          'label',
          'label import',
          'label export',
          'label set',
          'label mark',
          'label undo',
          'label list',
        ],
        ...['label tasks', 'label create', 'label history'],
      ]),
    );
  });

  it.each(all.map(({ name }) => name))('of %s says what it does and shows an example', async (name) => {
    const { code, out, err } = await pretext(...name.split(' '), '--help');
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toContain(`Usage: pretext ${name} `);
    expect(out).toMatch(new RegExp(`Examples:\n  pretext ${name}`));
  });

  it('without a command is help, and wrong usage', async () => {
    const { code, err } = await pretext();
    expect(code).toBe(2);
    expect(err).toContain('Examples:');
    expect(err).toContain('Research use only');
  });

  it('gives the version', async () => {
    expect(await pretext('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe('wrong usage', () => {
  const project = ['--project', 'p'];
  const cases: [string, string[], RegExp][] = [
    ['unknown command', ['pretrian'], /Unknown command 'pretrian' \(Did you mean pretrain\?\)/],
    ['unknown option', ['import', 'a', ...project, '--jsno'], /Unknown option '--jsno' \(Did you mean --json\?\)/],
    ['missing project', ['import', 'a'], /Required option '--project <folder>' not specified/],
    ['missing folder', ['import', ...project], /Missing required argument 'folders'/],
    ['unknown method', ['pretrain', ...project, '--method', 'x'], /Allowed choices are inpainting, contrastive/],
    ['no method', ['pretrain', ...project], /method of pretraining is missing\. Give --method/],
    ['zero epochs', ['pretrain', ...project, '--method', 'inpainting', '--epochs', '0'], /whole number of at least 1/],
    ['half a seed', ['pretrain', ...project, '--method', 'inpainting', '--seed', '0.5'], /whole number of at least 0/],
    ['no number', ['pretrain', ...project, '--learning-rate', 'fast'], /number above zero/],
    [
      'patches that do not tile',
      ['pretrain', ...project, '--method', 'inpainting', '--image-size', '60', '--patch-size', '8'],
      /Patches of 8 pixels do not tile images of 60 pixels\. Choose/,
    ],
    [
      'resume with a method',
      ['pretrain', ...project, '--resume', 'x', '--method', 'inpainting'],
      /cannot be used with/,
    ],
    [
      'a shape for a run',
      ['finetune', ...project, '--task', 't', '--run', 'x', '--depth', '2'],
      /run decides the shape of the encoder and the crop of images\. Leave out/,
    ],
    ['nothing to export', ['export', ...project, '--format', 'onnx', '--out', 'x'], /what to export/],
    ['too many arguments', ['devices', 'gpu'], /Too many arguments/],
    ['unknown benchmark', ['bench', '--methods', 'inpainting,dance'], /list of inpainting and contrastive/],
  ];

  it.each(cases)('%s', async (_, args, message) => {
    const people = await pretext(...args);
    expect(people.code).toBe(2);
    expect(people.out).toBe('');
    expect(people.err).toMatch(/^pretext: [A-Z].*\n$/);
    expect(people.err).toMatch(message);
    const machine = await pretext(...args, '--json');
    expect(machine.code).toBe(people.code);
    const { error } = JSON.parse(machine.out) as { error: { message: string; remedy: string } };
    expect(`${error.message} ${error.remedy}`).toMatch(message);
  });
});

describe('options', () => {
  it('of pretrain are what was asked for', async () => {
    const args = ['--method', 'contrastive', '--backbone', 'vit-small', '--image-size', '96', '--patch-size', '16'];
    const more = ['--epochs', '3', '--device', 'webgpu', '--seed', '0', '--split', 'train', '--positives', 'patient'];
    expect(await parsed('pretrain', '--project', 'p', ...args, ...more, '--json')).toEqual({
      project: 'p',
      method: 'contrastive',
      backbone: 'vit-small',
      imageSize: 96,
      patchSize: 16,
      epochs: 3,
      device: 'webgpu',
      seed: 0,
      split: 'train',
      previews: true,
      positives: 'patient',
      json: true,
    });
  });

  it('of finetune have sensible presets', async () => {
    const base = ['finetune', '--project', 'p', '--task', 't'];
    expect(await parsed(...base)).toMatchObject({
      run: 'latest',
      mode: 'probe',
      labels: 'all',
      seeds: 5,
      baseline: true,
      device: 'auto',
    });
    const asked = await parsed(...base, '--labels', '50', '--no-baseline', '--run', 'none');
    expect(asked).toMatchObject({ labels: 50, baseline: false, run: 'none' });
  });

  it('of several folders are one list', async () => {
    let folders: unknown;
    const program = createProgram(async () => undefined, listener().sinks);
    const command = program.commands.find((known) => known.name() === 'import');
    command?.action((given: unknown) => {
      folders = given;
    });
    await program.parseAsync(['import', 'a', 'b', '--project', 'p'], { from: 'user' });
    expect(folders).toEqual(['a', 'b']);
  });
});

describe('failures', () => {
  it('name what, where and the remedy, with exit code 1', async () => {
    const { code, out, err } = await pretext('runs', '--project', '/no/such/project', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      error: {
        code: 'not-a-project',
        message: expect.any(String),
        path: '/no/such/project',
        remedy: expect.stringContaining('pretext import'),
      },
    });
    expect(err).toContain('/no/such/project');
  });
});
