import type { Member } from '../core/array/member.ts';
import type { ContainerPlan } from '../core/plan/container.ts';

/** Who belongs to the array of a drill: as it was planned, as the drill says that it changed it, or as the array itself says. */
export class DrillMembers {
  #members: readonly Member[];
  #announcement: Error | null = null;

  /** Begins with the containers that mkfs got, which it numbers in their order. */
  constructor(containers: readonly ContainerPlan[]) {
    this.#members = containers.map((container, index) => ({ devid: index + 1, container }));
  }

  /** The members as they are known now, by devid. */
  get now(): readonly Member[] {
    return this.#members;
  }

  /** Where the drill itself said last who belongs to the array, as an error that has that place in its stack; null as long as it has not. */
  get announcement(): Error | null {
    return this.#announcement;
  }

  /** A member has a successor, which keeps its number. */
  replace(devid: number, container: ContainerPlan): void {
    this.#announce(this.#members.with(this.#indexOf(devid), { devid, container }));
  }

  /** There is a member more. */
  add(devid: number, container: ContainerPlan): void {
    this.#announce([...this.#members, { devid, container }]);
  }

  /** A member is no more. */
  remove(devid: number): void {
    this.#announce(this.#members.toSpliced(this.#indexOf(devid), 1));
  }

  /** Takes them as the array lists them. */
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
