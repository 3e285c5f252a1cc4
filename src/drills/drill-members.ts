import type { Member } from '../core/array/member.ts';
import type { ContainerPlan } from '../core/plan/container.ts';

/** The members of a drill's array: as planned, as changed by the drill, or as the array itself lists them. */
export class DrillMembers {
  #members: readonly Member[];
  #announcement: Error | null = null;

  /** Starts with the containers given to mkfs, which numbers them in order. */
  constructor(containers: readonly ContainerPlan[]) {
    this.#members = containers.map((container, index) => ({ devid: index + 1, container }));
  }

  /** The members as currently known, by devid. */
  get now(): readonly Member[] {
    return this.#members;
  }

  /** The place where the drill last declared its members, as an error with that stack; null if it never did. */
  get announcement(): Error | null {
    return this.#announcement;
  }

  /** Replaces a member by another, which keeps its number. */
  replace(devid: number, container: ContainerPlan): void {
    this.#announce(this.#members.with(this.#indexOf(devid), { devid, container }));
  }

  /** Adds a member. */
  add(devid: number, container: ContainerPlan): void {
    this.#announce([...this.#members, { devid, container }]);
  }

  /** Removes a member. */
  remove(devid: number): void {
    this.#announce(this.#members.toSpliced(this.#indexOf(devid), 1));
  }

  /** Takes the members that the array lists. */
  adopt(members: readonly Member[]): void {
    this.#members = members;
  }

  #announce(members: readonly Member[]): void {
    this.#members = members;
    this.#announcement = new Error('what is said here of the members is not so');
  }

  #indexOf(devid: number): number {
    const index = this.#members.findIndex((member) => member.devid === devid);
    if (index === -1) throw new Error(`no member has devid ${String(devid)}`);
    return index;
  }
}
