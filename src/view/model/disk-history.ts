import { isScrubThatMends } from '../../core/btrfs/scrub-start.ts';
import { openDiskNames } from './disk-names.ts';
import type { DiskNames } from './disk-names.ts';
import { mountActOf, replaceTargetOf, wipedDevices } from './repair-words.ts';
import type { RecordedEvent } from '../../core/event.ts';

/*
 * What became of the disks of a drill, event by event:
 *
 *            mkfs, a replace's end, `device add`, a sample            disk-pull
 *     spare ───────────────────────────────────────────► in ─────────────────────► pulled
 *       │                                                ▲ ▲                         │ inserted again
 *       └─► being rebuilt: the target of a replace ──────┘ └── scrub, replace ── stale
 *
 * Beside that a standing fault (failing, slow) and damage (until a scrub or a new header) lie on a disk, whatever else it is.
 */

/** What a disk is at a moment; where it is several things at once, the one that weighs most. */
export type DiskState = 'in' | 'spare' | 'being rebuilt' | 'stale' | 'damaged' | 'slow' | 'failing' | 'pulled';

interface Disk {
  isPulled: boolean;
  isMember: boolean;
  isStale: boolean;
  isDamaged: boolean;
  isRebuilt: boolean;
  readonly faults: Set<string>;
}

/** The disks of a drill as they are after some of its events. */
export class DiskHistory {
  readonly #names: DiskNames = openDiskNames();
  readonly #mountPoint: string;
  readonly #disks = new Map<string, Disk>();
  /** Members by devid, as mkfs numbered them, a replace hands them on, and samples say. */
  readonly #byDevid = new Map<number, string>();
  /** A replace that runs, or was cut off and may go on by itself. */
  #rebuilt: { readonly argv: readonly string[]; readonly target: string } | undefined;

  /** Begins with these disks; `members` are in an array that is there already, by devid. The array is mounted on `mountPoint`. */
  constructor(disks: readonly string[], members: readonly string[], mountPoint: string) {
    this.#mountPoint = mountPoint;
    for (const disk of disks) this.#disk(disk).isMember = members.includes(disk);
    for (const [at, disk] of members.entries()) this.#byDevid.set(at + 1, disk);
  }

  /** What a disk is now. */
  stateOf(serial: string): DiskState {
    const disk = this.#disk(serial);
    if (disk.isPulled) return 'pulled';
    if ([...disk.faults].some((fault) => fault !== 'slow-disk')) return 'failing';
    if (disk.faults.size > 0) return 'slow';
    if (disk.isRebuilt) return 'being rebuilt';
    if (disk.isStale) return 'stale';
    if (disk.isDamaged) return 'damaged';
    return disk.isMember ? 'in' : 'spare';
  }

  /** Takes in what happened next. */
  add(event: RecordedEvent): void {
    switch (event.type) {
      case 'fault-injected':
        if (event.disk !== null) this.#break(this.#disk(event.disk), event.fault);
        break;
      case 'fault-cleared':
        if (event.disk !== null) this.#mend(this.#disk(event.disk), event.fault);
        break;
      case 'array-sampled':
        this.#see(event);
        break;
      case 'command-typed':
        this.#begin(event.argv);
        break;
      case 'command-ended':
        this.#end(event.argv, event.exitCode, event.stdout);
        break;
      default:
    }
  }

  #disk(serial: string): Disk {
    const known = this.#disks.get(serial);
    if (known !== undefined) return known;
    const fresh: Disk = { isPulled: false, isMember: false, isStale: false, isDamaged: false, isRebuilt: false, faults: new Set() };
    this.#disks.set(serial, fresh);
    return fresh;
  }

  #break(disk: Disk, fault: string): void {
    if (fault === 'disk-pull') disk.isPulled = true;
    else if (fault === 'silent-corruption' || fault === 'header-wipe') disk.isDamaged = true;
    else disk.faults.add(fault);
  }

  #mend(disk: Disk, fault: string): void {
    disk.faults.delete(fault);
    if (fault !== 'disk-pull') return;
    disk.isPulled = false;
    disk.isStale = true;
  }

  #see({ sample, disks }: Extract<RecordedEvent, { readonly type: 'array-sampled' }>): void {
    for (const { serial, isIn } of disks) {
      const disk = this.#disk(serial);
      if (disk.isPulled && isIn) disk.isStale = true;
      disk.isPulled = !isIn;
    }
    if (sample.devices.length === 0) return;
    // The target of a replace that runs is devid 0.
    const members = new Set(sample.devices.flatMap(({ devid, disk }) => (disk === null || devid === 0 ? [] : [disk])));
    for (const { devid, disk } of sample.devices) if (disk !== null) this.#byDevid.set(devid, disk);
    for (const [serial, disk] of this.#disks) disk.isMember = members.has(serial) || (disk.isMember && disk.isPulled);
    if (this.#rebuilt !== undefined && members.has(this.#rebuilt.target)) this.#finishReplace();
  }

  #begin(argv: readonly string[]): void {
    this.#names.learn(argv);
    const device = replaceTargetOf(argv);
    const target = device === undefined ? undefined : this.#names.diskOf(device);
    if (target === undefined) return;
    this.#rebuilt = { argv, target };
    this.#disk(target).isRebuilt = true;
    this.#disk(target).isStale = false;
  }

  #end(argv: readonly string[], exitCode: number, stdout: string): void {
    if (this.#rebuilt !== undefined) this.#endReplace(argv, exitCode, stdout);
    if (isScrubThatMends(argv)) {
      for (const disk of this.#disks.values()) {
        if (disk.isPulled) continue;
        disk.isStale = false;
        disk.isDamaged = false;
      }
    }
    if (exitCode !== 0) return;
    for (const device of wipedDevices(argv)) this.#wipe(device, argv);
    if (argv[0] === 'mkfs.btrfs') this.#makeFilesystem(argv);
    if (argv[0] === 'cryptsetup' && argv[1] === 'luksHeaderRestore') this.#restoreHeader(argv.at(-1) ?? '');
    if (argv[0] === 'btrfs' && argv[1] === 'device') this.#changeMembers(argv.slice(2));
    if (mountActOf(argv, this.#mountPoint)?.act === 'mount') this.#mount(argv.at(-2) ?? '');
  }

  #endReplace(argv: readonly string[], exitCode: number, stdout: string): void {
    const isItsOwn = replaceTargetOf(argv) !== undefined;
    const isStatus = argv[1] === 'replace' && argv[2] === 'status' && exitCode === 0;
    const isCancel = argv[1] === 'replace' && argv[2] === 'cancel' && exitCode === 0;
    if ((isItsOwn && exitCode === 0) || (isStatus && stdout.includes(', finished on '))) this.#finishReplace();
    else if (isItsOwn || isCancel || (isStatus && stdout.includes(', canceled on '))) this.#giveUpReplace();
  }

  #finishReplace(): void {
    if (this.#rebuilt === undefined) return;
    const { argv, target } = this.#rebuilt;
    const source = argv.at(-3) ?? '';
    const devid = /^\d+$/u.test(source) ? Number(source) : [...this.#byDevid].find(([, disk]) => disk === this.#names.diskOf(source))?.[0];
    const replaced = devid === undefined ? undefined : this.#byDevid.get(devid);
    if (replaced !== undefined && replaced !== target) this.#disk(replaced).isMember = false;
    if (devid !== undefined) this.#byDevid.set(devid, target);
    this.#disk(target).isMember = true;
    this.#disk(target).isDamaged = false;
    this.#giveUpReplace();
  }

  #giveUpReplace(): void {
    if (this.#rebuilt !== undefined) this.#disk(this.#rebuilt.target).isRebuilt = false;
    this.#rebuilt = undefined;
  }

  #wipe(guestDevice: string, argv: readonly string[]): void {
    const serial = this.#names.diskOf(guestDevice);
    if (serial === undefined) return;
    const disk = this.#disk(serial);
    disk.isStale = false;
    if (argv[0] === 'cryptsetup') disk.isDamaged = false;
  }

  #makeFilesystem(argv: readonly string[]): void {
    const disks = argv.filter((word) => word.startsWith('/dev/')).flatMap((device) => this.#names.diskOf(device) ?? []);
    // Beside an array that is there, it is a filesystem of its own: what is saved is copied to one.
    if ([...this.#disks].some(([serial, { isMember }]) => isMember && !disks.includes(serial))) return;
    for (const [at, disk] of disks.entries()) {
      this.#disk(disk).isMember = true;
      this.#byDevid.set(at + 1, disk);
    }
  }

  /** What is mounted in the array's place is the array. */
  #mount(guestDevice: string): void {
    const serial = this.#names.diskOf(guestDevice);
    if (serial !== undefined) this.#disk(serial).isMember = true;
  }

  #restoreHeader(guestDevice: string): void {
    const serial = this.#names.diskOf(guestDevice);
    if (serial !== undefined) this.#disk(serial).isDamaged = false;
  }

  #changeMembers([verb, ...words]: readonly string[]): void {
    if (verb !== 'add' && verb !== 'remove' && verb !== 'delete') return;
    for (const word of words) {
      const disk = /^\d+$/u.test(word) ? this.#byDevid.get(Number(word)) : this.#names.diskOf(word);
      if (disk !== undefined) this.#disk(disk).isMember = verb === 'add';
    }
  }
}
