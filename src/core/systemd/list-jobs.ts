import { command } from '../plan/command.ts';
import { OutputLines } from '../parsing/output-lines.ts';

/** A job that systemd has not finished: systemctl(1), list-jobs. */
export interface Job {
  readonly job: number;
  readonly unit: string;
  /** `start`, `stop`, … */
  readonly type: string;
  readonly state: 'running' | 'waiting';
}

/** The command that lists what systemd is at, or waits for. systemd 252 has no JSON for it, whatever it is asked. */
export const planListJobs = command('systemctl', 'list-jobs', '--no-legend', '--no-pager', '--full');

/** Parses `systemctl list-jobs --no-legend` of a systemctl that exited 0. Where there is no job, it prints nothing at all. */
export function parseListJobs(printed: string): readonly Job[] {
  if (printed === '') return [];
  const lines = new OutputLines('systemctl list-jobs', printed);
  const jobs: Job[] = [];
  while (!lines.atEnd) {
    const line = lines.take('a job: number, unit, type, state', /^ *(\d+) +(\S+) +([a-z-]+) +(running|waiting) *$/u);
    jobs.push({ job: line.number(1), unit: line.text(2), type: line.text(3), state: line.text(4) as Job['state'] });
  }
  return jobs;
}
