import { networkInterfaces } from 'node:os';

/** Tells whether the host has a network besides its loopback: an address on any other interface. */
export function hasNetwork(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal) === true);
}
