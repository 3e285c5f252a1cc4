import { message } from '@optique/core/message';
import { option } from '@optique/core/primitives';
import type { Cli } from '../cli.ts';
import { alarmOption } from './alarm-option.ts';
import { layoutOptions } from './layout-options.ts';
import { jobsOption, keepOption, machineOptions, outputOption, payloadOption, showOptions } from './run-options.ts';
import { seedOption } from './seed-option.ts';

/** Gives the options of the commands that build an array and break it, whatever repairs it. */
export const drillRunOptions = (cli: Cli) =>
  ({
    jobs: jobsOption,
    alarm: alarmOption,
    plan: option('--plan', { description: message`Prints the commands without running anything.` }),
    ...showOptions,
    seed: seedOption,
    payload: payloadOption,
    ...layoutOptions,
    ...machineOptions(cli),
    keep: keepOption,
    output: outputOption,
  }) as const;
