import { chmod } from 'node:fs/promises';
import type { Server } from 'node:net';

/** Listens at a socket of this user alone. Rejects with the system's own error. */
export async function listenAt(server: Server, socketHostPath: string): Promise<void> {
  const listening = Promise.withResolvers<undefined>();
  server.once('error', listening.reject);
  server.listen(socketHostPath, () => {
    listening.resolve(undefined);
  });
  await listening.promise;
  await chmod(socketHostPath, 0o600);
}
