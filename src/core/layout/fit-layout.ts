import type { ArrayLayout } from './layout.ts';
import { planMkfsFeatures } from '../plan/mkfs-features.ts';
import type { MkfsParts } from '../plan/mkfs-features.ts';

/**
 * Gives the layout as this kernel and these tools can build it: mkfs.btrfs is told to leave out what the kernel does not support. The
 * layout's own options come after that, and win.
 */
export function fitLayout(layout: ArrayLayout, parts: MkfsParts): ArrayLayout {
  const words = planMkfsFeatures(parts);
  return words.length === 0 ? layout : { ...layout, mkfsOptions: [...words, ...layout.mkfsOptions] };
}
