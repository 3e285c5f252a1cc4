import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { Machine } from '../../machine/machine.ts';
import { listenAt } from '../../machine/socket/listen-at.ts';

/**
 * Lets people type at a machine's own console, which is its keeper's: on a socket of mode 0600, where QEMU would have the second line of
 * raidlab's own small system. What the console says is in its log. Dispose it and nobody types any more.
 */
export async function serveConsole(machine: Pick<Machine, 'sitAtConsole'>, socketHostPath: string): Promise<AsyncDisposable> {
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    const seat = machine.sitAtConsole();
    socket.on('data', (bytes: Buffer) => {
      seat.type(bytes);
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      connections.delete(socket);
      seat[Symbol.dispose]();
    });
  });
  await rm(socketHostPath, { force: true });
  await listenAt(server, socketHostPath);
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of connections) socket.destroy();
      await closed;
      await rm(socketHostPath, { force: true });
    },
  };
}
