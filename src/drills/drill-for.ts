import type { InitramfsMaker } from '../core/boot/initramfs-maker.ts';
import type { Drill } from './drill.ts';

/** Gives a drill as it is typed where that one makes the initramfs; the drill itself where it is the same, or there is none for it. */
export function drillFor(drill: Drill, maker: InitramfsMaker | undefined): Drill {
  if (maker === undefined || drill.initramfs === undefined || drill.initramfs === maker) return drill;
  return drill.forInitramfs?.(maker) ?? drill;
}
